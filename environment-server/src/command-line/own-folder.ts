import { statSync } from 'node:fs'
import { type HomeFolder, homeFolder, prepareHomeFolder } from '../home/home-folder.ts'
import { keepSettings } from '../home/kept-settings.ts'
import { StartProblem } from '../log/start-problem.ts'

/**
 * The folder of a command that reads or writes it beside the server. Root becomes the folder's owner first: what root wrote there the
 * server could not read.
 */
export function ownFolder(directory: string): HomeFolder {
  const home = homeFolder(directory)
  if (process.geteuid?.() === 0) becomeOwner(home)
  prepareHomeFolder(home)
  return home
}

/** The same for a command that is about settings: a mistake in their file ends it, and it finds what a bundle would have taken away. */
export function ownFolderWithSettings(directory: string): HomeFolder {
  const home = ownFolder(directory)
  keepSettings(home)
  return home
}

function becomeOwner({ hidden }: HomeFolder): void {
  const facts = statSync(hidden, { throwIfNoEntry: false })
  // Its absence is told in better words by the next step.
  if (facts === undefined) return
  if (facts.uid === 0) {
    throw new StartProblem(
      `${hidden} belongs to root, and the environment server never runs as root. Give the folder to the user that will run it first: chown -R postern ${hidden}/..`,
    )
  }
  // Groups first: without root they cannot be given up any more.
  process.setgroups?.([])
  process.setgid?.(facts.gid)
  process.setuid?.(facts.uid)
}
