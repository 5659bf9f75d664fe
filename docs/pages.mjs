// Which pages the book has and in which order: the sidebar, `llms.txt` and docs/check.mjs read this one list. A page is
// named by its file, seen from the root of the repository.

/** Each part of the book: for whom it is, and its groups of pages as [title, file]. */
export const parts = [
  {
    title: 'For app developers',
    groups: [
      {
        title: 'Begin',
        pages: [
          ['Quick start', 'docs/quick_start.md'],
          ['快速开始', 'docs/quick_start.zh-CN.md'],
          ['Tokens of your own', 'docs/tokens.md'],
          ['Troubleshooting', 'docs/troubleshooting.md'],
        ],
      },
      {
        title: 'Calls',
        pages: [
          ['The call', 'docs/call.md'],
          ['Groups', 'docs/groups.md'],
          ['Devices', 'docs/devices.md'],
          ['Recents', 'docs/recents.md'],
        ],
      },
      {
        title: 'Screens',
        pages: [
          ['Customising', 'docs/customising.md'],
          ['React', 'docs/react.md'],
          ['Vue', 'docs/vue.md'],
          ['Plain HTML and others', 'docs/plain_html.md'],
        ],
      },
      {
        title: 'Reference',
        pages: [
          ['@hullo/sdk', 'web/sdk/README.md'],
          ['@hullo/ui', 'web/ui/README.md'],
          ['Python, Kotlin and Swift', 'docs/bindings.md'],
          ['Softphone', 'docs/softphone.md'],
          ['Every method, event and code', 'docs/reference.md'],
          ['Coming from NERtcCallKit', 'docs/migration.md'],
          ['iOS and Objective-C', 'docs/ios.md'],
          ['Examples', 'examples/README.md'],
          ['Changelog', 'CHANGELOG.md'],
        ],
      },
    ],
  },
  {
    title: 'For operators',
    groups: [
      {
        title: 'Run it',
        pages: [
          ['Operating', 'docs/operating.md'],
          ['Behind a proxy', 'docs/proxy.md'],
          ['Configuration', 'docs/configuration.md'],
          ['Media and networks', 'docs/media.md'],
          ['Storage', 'docs/storage.md'],
        ],
      },
      {
        title: 'Measure it',
        pages: [
          ['Load', 'docs/load.md'],
          ['Performance', 'docs/performance.md'],
          ['Security', 'SECURITY.md'],
        ],
      },
    ],
  },
  {
    title: 'For those who build Hullo',
    groups: [
      {
        title: 'Way in',
        pages: [
          ['Contributing', 'CONTRIBUTING.md'],
          ['Architecture', 'ARCHITECTURE.md'],
          ['Walkthrough', 'docs/walkthrough.md'],
          ['Style', 'docs/style.md'],
          ['Adding an operation', 'docs/adding_an_operation.md'],
          ['Decisions', 'docs/decisions/README.md'],
        ],
      },
      {
        title: 'Proof',
        pages: [
          ['Scenarios', 'docs/scenarios.md'],
          ['Defects', 'docs/defects.md'],
          ['Fuzzing', 'fuzz/README.md'],
          ['Releasing', 'RELEASING.md'],
        ],
      },
    ],
  },
];

/** The front page. */
export const front = 'docs/README.md';

/** Folders all of whose pages are in the book, beside those that are named. */
export const folders = ['docs/decisions', 'examples/*'];

/** The named files, in order. */
export const listed = parts.flatMap(({ groups }) =>
  groups.flatMap(({ pages }) => pages.map(([, file]) => file)),
);
