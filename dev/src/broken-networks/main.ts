import { Lab } from './lab.ts'
import { networks } from './networks.ts'

// Started by doctor.test.ts in namespaces of its own, with the server file: one line a network, with what the doctor said in it.
const [serverFile] = process.argv.slice(2)
if (serverFile === undefined) throw new Error('which server file?')
await using lab = await Lab.build(serverFile)
for (const { name, withPassword, isSilent, arrange } of networks) {
  const { settings = {}, mend } = await arrange(lab)
  const seen = await lab.diagnose(settings, { withPassword: withPassword === true, isSilent: isSilent === true })
  process.stdout.write(`${JSON.stringify({ name, ...seen })}\n`)
  await mend()
}
