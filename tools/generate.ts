/** Writes the documents that come from code: `node tools/generate.ts`. The database's files: tools/describe-schema.ts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generatedDocuments } from './generate/generated-documents.ts'
import { checkoutFolder } from './house/checkout.ts'

for (const [path, text] of Object.entries(await generatedDocuments())) {
  writeFileSync(join(checkoutFolder, path), text)
  console.log(path)
}
