// What a heading is called in links: the same in the book and where the repository is read.

/** The anchor of a heading: `What is limited?` is `what-is-limited`. */
export function slugOf(title) {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}
