// The last lines of a run: each test that failed with what it said, so that whoever sees only the end of a log knows.
import type { Reporter, TestModule } from 'vitest/node';

export class Failures implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) {
      for (const error of module.errors()) say(module.relativeModuleId, error.message);
      for (const test of module.children.allTests('failed'))
        for (const error of test.result().errors ?? [])
          say(`${module.relativeModuleId} > ${test.fullName}`, error.message);
    }
  }
}

function say(name: string, message: string): void {
  console.error(`FAILED ${name}: ${message}`);
}
