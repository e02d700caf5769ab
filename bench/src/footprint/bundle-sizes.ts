import { callHub, sendToHub } from '@postern/cli'
import { startTestSystem } from '@postern/dev'
import { type CreateDownload, Environment, paths } from '@postern/protocol'

const downloads: { name: string; asked: CreateDownload }[] = [
  { name: 'bundle with its runtime', asked: { kind: 'bundle' } },
  { name: 'bundle without a runtime', asked: { kind: 'bundle', withoutRuntime: true } },
  { name: 'server file', asked: { kind: 'server' } },
]

/** Says how large what a hub hands out is: figures without a goal, which are no rows. */
export async function sayBundleSizes(say: (line: string) => void): Promise<void> {
  await using system = await startTestSystem()
  const { target } = system.hub
  const { id } = await callHub(target, paths.environments, Environment, { json: { name: 'Sizes' } })
  for (const { name, asked } of downloads) {
    const { bytes } = await sendToHub(target, paths.environmentDownloads(id), { json: asked })
    say(`${name}: ${(bytes.length / 1_000_000).toFixed(2)} MB as a zip`)
  }
}
