import { parseData } from './data.js';
import { start } from './figures.js';
import { unfoldOnPaper } from './unfold.js';

unfoldOnPaper();
try {
  start(parseData(document.getElementById('assay-data').textContent));
} catch (error) {
  const note = document.createElement('p');
  note.className = 'plot-empty';
  note.textContent = `No plots: this page's data cannot be read (${error.message}). Tables and verdicts are whole.`;
  (document.querySelector('main') ?? document.body).prepend(note);
  console.error(error);
}
