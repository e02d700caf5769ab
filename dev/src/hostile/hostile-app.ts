import { readFileSync } from 'node:fs'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { ZipFile } from 'yazl'

/** A hostile app, by the name of its file in `apps/`: its package, and the file that an environment server is to start. */
export async function hostileApp(
  name: string,
  manifest: object = {},
  postern: object = { kind: 'action' },
): Promise<{ programName: string; programMain: string; bytes: Buffer }> {
  const programName = `${name.replaceAll('-', '_')}_v1`
  const programMain = `${name}.ts`
  const zip = new ZipFile()
  const add = (file: string, content: Buffer) =>
    zip.addBuffer(content, `${programName}/${file}`, { mtime: new Date(315_532_800_000) })
  add(
    'install.json',
    Buffer.from(
      JSON.stringify({
        displayName: `Hostile: ${name}`,
        programLanguage: 'NODE',
        programMain,
        programVersion: '1.0.0',
        runtimeLevel: 'Organization',
        params: [],
        ...manifest,
      }),
    ),
  )
  add('postern.json', Buffer.from(JSON.stringify(postern)))
  for (const file of [programMain, 'given.ts', 'through-guard.ts', 'tried.ts'])
    add(file, readFileSync(fileURLToPath(new URL(`apps/${file}`, import.meta.url))))
  zip.end()
  return { programName, programMain, bytes: await buffer(zip.outputStream) }
}
