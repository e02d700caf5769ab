import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export type Language = 'PYTHON' | 'JAVA' | 'NODE'
/** A folder beside this file: the same app, written in each language. */
export type LanguageAppName = 'fetch' | 'feed' | 'idle'

const folderOf = (name: LanguageAppName) => fileURLToPath(new URL(name, import.meta.url))

/** What `programMain` says of the app in that language: a file, or for Java the main class. */
export function mainOf(name: LanguageAppName, language: Language): string {
  const javaClass = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`
  return { PYTHON: `${name}.py`, NODE: `${name}.mjs`, JAVA: javaClass }[language]
}

/** The files of an app, beside its manifest. A Java app is compiled by the JDK of this machine. */
export function languageApp(name: LanguageAppName, language: Language): Record<string, Buffer> {
  const main = mainOf(name, language)
  return language === 'JAVA' ? compileJava(name) : { [main]: readFileSync(join(folderOf(name), main)) }
}

function compileJava(name: LanguageAppName): Record<string, Buffer> {
  const classes = mkdtempSync('/tmp/postern-classes-')
  try {
    execFileSync('javac', ['--release', '11', '-d', classes, join(folderOf(name), `${name}.java`)])
    return Object.fromEntries(readdirSync(classes).map((file) => [file, readFileSync(join(classes, file))]))
  } finally {
    rmSync(classes, { recursive: true })
  }
}
