// What is folded on the screen stands on paper: evidence is none where nobody can unfold it.

/** Opens every folded part but the plots' own numbers while the page is printed. */
export function unfoldOnPaper() {
  let opened = [];
  const unfold = () => {
    const folded = [...document.querySelectorAll('details:not(.plot-numbers):not([open])')];
    for (const one of folded) one.open = true;
    opened = opened.concat(folded);
  };
  const fold = () => {
    for (const one of opened) one.open = false;
    opened = [];
  };
  addEventListener('beforeprint', unfold);
  addEventListener('afterprint', fold);
  matchMedia('print').addEventListener('change', ({ matches }) => (matches ? unfold() : fold()));
}
