import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'

/** What is done with files of the kernel's cgroup file system: a test does the same in a folder of its own. */
export type CgroupFiles = {
  /** Throws where there is no such file, or the kernel says no. */
  read(path: string): string
  write(path: string, text: string): void
  makeFolder(path: string): void
  removeFolder(path: string): void
}

export const kernelFiles: CgroupFiles = {
  read: (path) => readFileSync(path, 'latin1'),
  // No O_CREAT or O_TRUNC of meaning here: each write is one command to the kernel.
  write: (path, text) => writeFileSync(path, text, { flag: 'r+' }),
  makeFolder: (path) => mkdirSync(path),
  removeFolder: (path) => rmdirSync(path),
}
