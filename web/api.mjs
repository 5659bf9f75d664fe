// The public surface of a package as a committed file, etc/<folder>.api.md, so that a review sees what changed. Writes it
// from dist/*.d.ts for the package in the current folder; with --check it fails when the committed one is stale.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const folder = process.cwd();
const name = basename(folder);
const isCheck = process.argv.includes('--check');
const silent = { logLevel: ExtractorLogLevel.None };
mkdirSync(join(folder, 'etc'), { recursive: true });

const config = ExtractorConfig.prepare({
  packageJsonFullPath: join(folder, 'package.json'),
  configObject: {
    projectFolder: folder,
    mainEntryPointFilePath: join(folder, 'dist/index.d.ts'),
    newlineKind: 'lf',
    compiler: {
      overrideTsconfig: {
        extends: '../tsconfig.base.json',
        // From what customers get: @hullo/sdk resolves to its dist.
        compilerOptions: { customConditions: [] },
        files: ['dist/index.d.ts'],
      },
    },
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
      reportFolder: join(folder, 'etc'),
      reportTempFolder: join(folder, '../node_modules/.cache/api'),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
      extractorMessageReporting: {
        default: { logLevel: ExtractorLogLevel.Error },
        // Everything that is exported is public; a name that says it all needs no words.
        'ae-missing-release-tag': silent,
        'ae-undocumented': silent,
        // Stands in the report, beside what uses it.
        'ae-forgotten-export': { ...silent, addToApiReportFile: true },
      },
      tsdocMessageReporting: { default: silent },
    },
  },
});
const { succeeded, apiReportChanged } = Extractor.invoke(config, {
  localBuild: !isCheck,
  printApiReportDiff: isCheck,
  messageCallback: (message) => {
    // Says which file to copy where; `npm run api` does that.
    if (
      message.messageId.startsWith('console-api-report-') &&
      message.messageId !== 'console-api-report-diff'
    )
      message.handled = true;
    if (message.logLevel === ExtractorLogLevel.Info) message.handled = true;
  },
});
if (isCheck && apiReportChanged)
  console.error(
    `web/${name}/etc/${name}.api.md is stale: the public surface of @hullo/${name} has changed. If that is meant, renew it ` +
      `and commit it: cd web && npm run api -w ${name}`,
  );
if (!succeeded) process.exit(1);
