// An app for the call to be beside: a page of text and a form, so that it can be seen what the call covers.

/** Fills the page. */
export function showApp(): void {
  const app = document.createElement('main');
  app.className = 'app';
  const lines = Array.from(
    { length: 9 },
    (_, index) => `<p style="width: ${92 - ((index * 37) % 40)}%"></p>`,
  );
  app.innerHTML = `<aside>${Array.from({ length: 7 }, () => '<i></i><b></b>').join('')}</aside>
    <article><h1></h1>${lines.join('')}</article>`;
  app.setAttribute('aria-hidden', 'true');
  document.body.append(app);
}
