import type { HomeFolder } from '../home/home-folder.ts'
import { readSettings } from '../home/settings.ts'
import type { Judgement } from './judgement.ts'
import { machineFindings } from './machine.ts'
import { settingFindings } from './settings-on-machine.ts'

/** One requirement, judged. */
export type Finding = Judgement & { name: string }

const words: Record<Finding['state'], string> = { good: 'good   ', advice: 'advice ', missing: 'MISSING' }

/** Whether this machine has what the server and its apps need (ES-28); what the network lets through is for the doctor. */
export async function findings(home: HomeFolder, javaHome: string | undefined): Promise<Finding[]> {
  const { hidden } = home
  return [...machineFindings(hidden), ...(await settingFindings(readSettings(home), { hidden, javaHome }))]
}

/** Prints it. Returns the exit code: 1 if something is missing. @param javaHome `JAVA_HOME`, where appsJavaHome is empty */
export async function check(home: HomeFolder, json: boolean, javaHome: string | undefined): Promise<number> {
  const found = await findings(home, javaHome)
  if (json) process.stdout.write(`${JSON.stringify(found, null, 2)}\n`)
  else process.stdout.write(found.map(({ name, state, sentence }) => `${words[state]} ${name}: ${sentence}\n`).join(''))
  return found.some(({ state }) => state === 'missing') ? 1 : 0
}
