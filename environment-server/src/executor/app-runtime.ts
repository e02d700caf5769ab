import type { ExecuteCommand } from '@postern/protocol'

export type AppRuntime = { program: string; arguments: string[] }

/** How this server starts an app's language, or the sentence that says what is missing (ES-6). */
export function runtimeFor({
  programLanguage,
  programMain,
  programName,
}: ExecuteCommand['app']): AppRuntime | { missing: string } {
  // The main file is an argument: it must not be read as an option, and must stay in the app's folder.
  if (programMain.startsWith('-') || programMain.startsWith('/') || programMain.split('/').includes('..')) {
    return { missing: `The app ${programName} names a main file outside its folder: ${programMain}` }
  }
  switch (programLanguage) {
    case 'NODE':
      return { program: process.execPath, arguments: [programMain] }
    case 'PYTHON':
      return {
        missing: `The app ${programName} needs Python, which this release of the environment server does not run.`,
      }
    case 'JAVA':
      return {
        missing: `The app ${programName} needs Java, which this release of the environment server does not run.`,
      }
    default:
      return {
        missing: `The app ${programName} needs ${String(programLanguage)}, which this environment server does not know.`,
      }
  }
}
