import { type InstallJson, isAtLeast, parseLanguageVersion, type ReportedInterpreter } from '@postern/protocol'

/** What an app asks of the environment server that runs it, in its install.json. */
export type AppNeeds = Pick<InstallJson, 'programLanguage' | 'languageVersion'>

/** `well`: as it asks; `barely`: its language, in another version, with which its server warns in the log. */
export type Suitability = 'well' | 'barely' | 'not'

const names = { PYTHON: 'Python', JAVA: 'Java' } as const
const settings = { PYTHON: 'appsPythonHome311 or appsPythonHome', JAVA: 'appsJavaHome' } as const

/** Whether an app can be run with these, by the rule of environment servers (ES-6). One that said nothing of its own may have any. */
export function suitability(needs: AppNeeds, interpreters: readonly ReportedInterpreter[] | undefined): Suitability {
  const language = interpretedLanguage(needs)
  if (language === undefined || interpreters === undefined) return 'well'
  const versions = interpreters
    .filter((interpreter) => interpreter.language === language)
    .map(({ version }) => parseLanguageVersion(version))
  if (versions.length === 0) return 'not'
  const asked = parseLanguageVersion(needs.languageVersion)
  const isAsked = (version: (typeof versions)[number]) => {
    if (version === undefined) return false
    if (language === 'JAVA') return asked === undefined || isAtLeast(version, asked.major)
    return isAtLeast(version, 3, 11) === (asked === undefined || isAtLeast(asked, 3, 11))
  }
  return versions.some(isAsked) ? 'well' : 'barely'
}

/** What a server without an interpreter for the app lacks, for a person. */
export function lackingWords(needs: AppNeeds): string {
  const language = interpretedLanguage(needs) ?? 'PYTHON'
  return `has no ${names[language]} that can be run: set ${settings[language]} on it (configure.sh)`
}

/** Node apps run with the server's own Node. */
function interpretedLanguage({ programLanguage }: AppNeeds): keyof typeof names | undefined {
  const language = programLanguage.toUpperCase()
  return language === 'PYTHON' || language === 'JAVA' ? language : undefined
}
