// The life of the figures: each gets its height at once, so that nothing moves later, and is drawn when it comes near.
import { draw, svgOf } from './chart.js';
import { currentTheme, onThemeChange } from './theme.js';
import { latencyTime } from './plots/latency_time.js';
import { latencyEcdf, latencyHistogram } from './plots/latency_distribution.js';
import { sensorsTime } from './plots/sensors.js';
import { layers } from './plots/layers.js';
import { classIou, confusion } from './plots/accuracy.js';
import { accuracyEfficiency, efficiency, gopsPower, latencyEnergy } from './plots/across.js';
import { roofline } from './plots/roofline.js';

/** Kinds of figures; the first list has one for each row, the second one for the page. */
const kRowPlots = {
  'latency-time': latencyTime,
  'latency-histogram': latencyHistogram,
  'latency-ecdf': latencyEcdf,
  'sensors-time': sensorsTime,
  layers,
  'class-iou': classIou,
  confusion,
};
const kPagePlots = {
  'gops-power': gopsPower,
  'latency-energy': latencyEnergy,
  efficiency,
  'accuracy-efficiency': accuracyEfficiency,
  roofline,
};

const kAhead = '600px'; // Figures this near to the window are drawn.
const kLive = 40; // More charts than this would fill the memory of a phone: the ones farthest back are given up.
const kPaperPlots = 350; // On paper. Drawing these holds the browser for some seconds, and printing cannot be drawn bit by bit.
const kPaperWidth = 680; // CSS px of an A4 page between its margins.

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

/** What a plot is made from. @param {import('./data.js').Data} data */
function contextOf(data, { directory: index, row: id }) {
  const directory = data.directories[Number(index ?? 0)];
  if (!directory) throw new Error(`the page holds no directory ${index}`);
  if (id === undefined) throw new Error('a plot of a row without data-row');
  const row = directory.results.rows.find((one) => one.id === id);
  if (!row) throw new Error(`the page holds no row "${id}"`);
  return { data, results: directory.results, row, rowData: directory.rows.find((one) => one.id === id) };
}

function plotOf(data, dataset) {
  if (kPagePlots[dataset.plot]) return kPagePlots[dataset.plot]({ data });
  if (kRowPlots[dataset.plot]) return kRowPlots[dataset.plot](contextOf(data, dataset));
  throw new Error(`no plot is called "${dataset.plot}"`);
}

class PlotFigure {
  constructor(figure, data) {
    this.figure = figure;
    this.state = {};
    this.chart = null;
    this.guard(() => {
      this.plot = plotOf(data, figure.dataset);
      if (this.plot.empty) this.say('empty', this.plot.empty);
      else this.build();
    });
  }

  /** Neither empty nor failed. */
  get drawable() {
    return this.plot != null && !this.plot.empty;
  }

  /** A failure stands where the plot would: it is neither hidden nor does it stop the others. */
  guard(run) {
    try {
      run();
    } catch (error) {
      this.plot = null;
      this.canvas?.remove();
      this.say('failed', `This plot failed: ${error.message}.`);
      console.error(error);
    }
  }

  /** A table that fails leaves the plot, which is right as it stands. */
  guardTable(details) {
    try {
      this.fillTable(details);
    } catch (error) {
      details.append(element('p', { class: 'plot-empty' }, `This table failed: ${error.message}.`));
      console.error(error);
    }
  }

  say(state, sentence) {
    this.figure.append(element('p', { class: 'plot-empty' }, sentence));
    this.figure.dataset.state = state;
  }

  build() {
    const { plot, figure } = this;
    this.canvas = element('div', { class: 'plot-canvas', role: 'img', tabindex: '0', 'aria-label': plot.label });
    this.paper = element('div', { class: 'plot-paper', 'aria-hidden': 'true' });
    this.notes = element('p', { class: 'plot-note' });
    const numbers = element('details', { class: 'plot-numbers' }, element('summary', {}, 'Numbers'));
    numbers.addEventListener('toggle', () => this.guardTable(numbers), { once: true });
    const save = element('button', { type: 'button', class: 'plot-save' }, 'Save as SVG');
    save.addEventListener('click', () => this.guard(() => this.save()));
    const keys = element('span', { class: 'plot-keys' }, 'Zoom: + and −, arrows, 0; Ctrl + wheel; or the bar.');
    figure.append(
      ...(plot.controls ?? []).map((control) => this.controlOf(control)),
      this.canvas,
      this.paper,
      this.notes,
      element('div', { class: 'plot-actions' }, numbers, ...(plot.zoomed ? [keys] : []), save),
    );
    if (plot.zoomed) this.canvas.setAttribute('aria-keyshortcuts', '+ - ArrowLeft ArrowRight 0');
    this.canvas.addEventListener('keydown', (event) => this.pressed(event));
  }

  /** Radio buttons: one choice, by arrow keys as everywhere. */
  controlOf({ name, text, values }) {
    this.state[name] = values[0].value;
    const group = `plot-${++PlotFigure.groups}`;
    const set = element('fieldset', { class: 'plot-controls' }, element('legend', {}, text));
    values.forEach(({ value, text: words }, i) => {
      const input = element('input', { type: 'radio', name: group, id: `${group}-${i}` });
      input.checked = i === 0;
      input.addEventListener('change', () => {
        this.state[name] = value;
        this.redraw();
      });
      set.append(element('span', {}, input, element('label', { for: input.id }, words)));
    });
    return set;
  }

  fillTable(details) {
    const { head, rows } = this.plot.table();
    const cell = (name, value) => element(name, name === 'th' ? { scope: 'col' } : {}, String(value));
    const table = element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...head.map((one) => cell('th', one)))),
      element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((one) => cell('td', one))))),
    );
    details.append(
      element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Numbers of this plot' }, table),
    );
  }

  save() {
    const link = element('a', {
      download: `${[this.figure.dataset.row, this.figure.dataset.plot].filter(Boolean).join('-')}.svg`,
    });
    link.href = URL.createObjectURL(new Blob([svgOf(this.plot, 760, this.state)], { type: 'image/svg+xml' }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000); // The download may begin later.
  }

  /** Without drawing. */
  reserve(width) {
    if (!this.drawable) return;
    this.width = width;
    this.canvas.style.height = `${this.plot.height(width)}px`;
    this.notes.textContent = this.plot.notes(width).join(' ');
  }

  draw() {
    if (!this.drawable || this.chart) return;
    this.guard(() => {
      this.chart = draw(this.canvas, this.plot, { width: this.width, theme: currentTheme(), print: false, state: this.state });
      this.figure.dataset.state = 'drawn';
      performance.mark('assay:drawn', { detail: this.figure.dataset.plot });
    });
  }

  release() {
    this.chart?.dispose();
    this.chart = null;
  }

  redraw() {
    if (!this.chart) return;
    this.release();
    this.draw();
  }

  /** Plus and minus zoom, arrows move, 0 shows all. */
  pressed(event) {
    const zoom = this.chart?.getOption().dataZoom?.[0];
    if (!zoom || event.ctrlKey || event.altKey || event.metaKey) return;
    const span = zoom.end - zoom.start;
    const wanted = {
      '+': [zoom.start + span / 4, zoom.end - span / 4],
      '=': [zoom.start + span / 4, zoom.end - span / 4],
      '-': [zoom.start - span / 2, zoom.end + span / 2],
      ArrowLeft: [zoom.start - span / 4, zoom.end - span / 4],
      ArrowRight: [zoom.start + span / 4, zoom.end + span / 4],
      0: [0, 100],
    }[event.key];
    if (!wanted) return;
    event.preventDefault();
    const size = Math.min(100, wanted[1] - wanted[0]);
    const start = Math.min(Math.max(0, wanted[0]), 100 - size);
    this.chart.dispatchAction({ type: 'dataZoom', start, end: start + size });
  }

  /**
   * Vectors for paper. The page's policy refuses style elements and attributes, and tells of it: the first (for hovering) are
   * dropped, the second become properties, which it lets pass. Text out of data is escaped in the SVG, so it matches neither.
   */
  paperSvg(part) {
    const text = svgOf(this.plot, kPaperWidth, this.state, part)
      .replace(/<style\b[^]*?<\/style>/g, '')
      .replaceAll(' style="', ' data-style="');
    const parsed = new DOMParser().parseFromString(text, 'image/svg+xml').documentElement;
    if (parsed.nodeName !== 'svg' || parsed.querySelector('parsererror')) throw new Error('its SVG is not well formed');
    const svg = document.importNode(parsed, true);
    for (const styled of [svg, ...svg.querySelectorAll('[data-style]')]) {
      styled.style.cssText = styled.dataset.style ?? '';
      styled.removeAttribute('data-style');
    }
    return svg;
  }

  toPaper() {
    if (!this.drawable || this.paper.firstChild) return;
    this.guard(() => {
      for (let part = 0; part < (this.plot.parts ?? 1); ++part) this.paper.append(this.paperSvg(part));
      this.figure.dataset.state = 'drawn';
    });
  }

  leaveOut() {
    if (!this.drawable || this.paper.firstChild) return;
    this.paper.append(element('p', { class: 'plot-empty' }, 'Left out on paper: see above the first plot.'));
  }

  fromPaper() {
    this.paper?.replaceChildren();
  }
}
PlotFigure.groups = 0;

/**
 * Plots that have something to draw, by what a reader must see: those across the rows, then of rows that are INVALID, then the
 * others, each in the order of the page.
 * @param {PlotFigure[]} plots
 */
function paperOrder(plots, data) {
  const invalid = new Set();
  data.directories.forEach(({ results }, i) => {
    for (const { id, verdict } of results.rows) if (verdict === 'INVALID') invalid.add(`${i} ${id}`);
  });
  const classOf = ({ figure: { dataset } }) =>
    dataset.row === undefined ? 'across the rows' : invalid.has(`${dataset.directory ?? 0} ${dataset.row}`) ? 'of INVALID rows' : 'of other rows';
  const drawable = plots.filter((plot) => plot.drawable);
  return ['across the rows', 'of INVALID rows', 'of other rows'].map((words) => ({
    words,
    plots: drawable.filter((plot) => classOf(plot) === words),
  }));
}

/** The choice to print all plots of a page of very many, above the first plot. Returns how many of the ordered are wanted. */
function paperChoice(first, classes) {
  const count = classes.reduce((sum, { plots }) => sum + plots.length, 0);
  if (count <= kPaperPlots) return () => count;
  let room = kPaperPlots;
  const shares = classes
    .filter(({ plots }) => plots.length > 0)
    .map(({ words, plots }) => {
      const shown = Math.min(room, plots.length);
      room -= shown;
      const left = plots.length - shown;
      if (left === 0) return `all ${shown} ${words}`;
      return shown === 0
        ? `none of the ${left} ${words}`
        : `the first ${shown} of the ${plots.length} ${words} (${left} are left out)`;
    });
  const all = element('input', { type: 'checkbox', id: 'plot-paper-all' });
  const say = element('p', { class: 'plot-note' }, `On paper are ${kPaperPlots} of the ${count} plots: ${shares.join(', ')}. `);
  const choice = element('label', { for: all.id }, all, ` Print all of them (the browser may stand still for minutes)`);
  first.before(say, element('p', { class: 'plot-actions' }, choice));
  all.addEventListener('change', () => {
    say.hidden = all.checked;
  });
  return () => (all.checked ? count : kPaperPlots);
}

/** Tells the browser how high the plots of each row are, which then needs to lay out those near the window alone. */
function settle(groups) {
  const heights = groups.map((group) => group.offsetHeight);
  groups.forEach((group, i) => {
    group.style.containIntrinsicBlockSize = `auto ${heights[i]}px`;
    group.classList.add('settled');
  });
}

/** @param {import('./data.js').Data} data */
export function start(data) {
  const figures = [...document.querySelectorAll('figure.plot[data-plot]')];
  const widthOf = (figure) => figure.clientWidth - Number.parseFloat(getComputedStyle(figure).paddingLeft) * 2;
  const width = new Map(figures.map((figure) => [figure, widthOf(figure)]));
  const plots = new Map(figures.map((figure) => [figure, new PlotFigure(figure, data)]));
  for (const [figure, plot] of plots) plot.reserve(width.get(figure));
  const paper = paperOrder([...plots.values()], data);
  const onPaper = figures.length > 0 ? paperChoice(figures[0].closest('.plots') ?? figures[0], paper) : () => 0;
  const groups = [...document.querySelectorAll('.row > .plots')];
  settle(groups);

  const near = new Set();
  const waiting = new Set();
  const live = new Set(); // In the order of drawing.
  const next = () => {
    const [plot] = waiting;
    if (!plot) return;
    waiting.delete(plot);
    plot.draw();
    live.delete(plot);
    live.add(plot);
    for (const old of live) {
      if (live.size <= kLive) break;
      if (near.has(old)) continue;
      old.release();
      live.delete(old);
    }
    // A pause between two, so that a page of many stays responsive.
    if (waiting.size > 0) setTimeout(next);
  };
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const plot = plots.get(target);
        if (isIntersecting) near.add(plot);
        else near.delete(plot);
        if (isIntersecting && !plot.chart) waiting.add(plot);
        if (!isIntersecting) waiting.delete(plot);
      }
      next();
    },
    { rootMargin: `${kAhead} 0px` },
  );
  for (const figure of figures) observer.observe(figure);

  onThemeChange(() => {
    for (const plot of live) plot.redraw();
  });

  let pageWidth = document.documentElement.clientWidth;
  let due = 0;
  addEventListener('resize', () => {
    clearTimeout(due);
    due = setTimeout(() => {
      if (document.documentElement.clientWidth === pageWidth) return;
      pageWidth = document.documentElement.clientWidth;
      for (const group of groups) group.classList.remove('settled');
      const widths = figures.map(widthOf);
      figures.forEach((figure, i) => plots.get(figure).reserve(widths[i]));
      settle(groups);
      for (const plot of live) plot.redraw();
    }, 150);
  });

  const toPaper = () => {
    const drawn = onPaper();
    paper
      .flatMap((one) => one.plots)
      .forEach((plot, i) => {
        if (i < drawn) plot.toPaper();
        else plot.leaveOut();
      });
  };
  const fromPaper = () => {
    for (const plot of plots.values()) plot.fromPaper();
  };
  addEventListener('beforeprint', toPaper);
  addEventListener('afterprint', fromPaper);
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? toPaper() : fromPaper()));
}
