import { statSync } from 'node:fs'

/** @throws Error with a sentence, where a name that was typed is that of no file */
export function mustBeFile(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) throw new Error(`${file} is a folder; name a file in it.`)
  if (found?.isFile() !== true) throw new Error(`There is no file ${file}.`)
}
