import { completeTql, quoteTql, type TqlObject } from '@postern/intel'
import { paths, TqlSuggestions } from '@postern/protocol'
import { Command, Option } from 'commander'
import { readCliConfig } from '../config.ts'
import { callHub, hubTarget } from '../hub-api.ts'
import { say } from '../say.ts'

const objects = ['indicator', 'group', 'tag', 'attribute', 'securityLabel'] as const satisfies readonly TqlObject[]

export function tqlCommand(): Command {
  return new Command('tql').description('help with writing queries').addCommand(completeCommand())
}

function completeCommand(): Command {
  return new Command('complete')
    .description('what may come next in a query: keywords, operators, values and names of the library, one a line')
    .argument('<tql>', `what is written so far, e.g. 'typeName = "Ho'`)
    .option('--at <number>', 'the place, in characters from the beginning; the end of the query if it is not given')
    .addOption(new Option('--object <kind>', 'what the query is about').choices(objects).default('indicator'))
    .option('--json', 'one JSON object a line, with the place that the text is to be written in')
    .action(async (tql: string, options: { at?: string; object: (typeof objects)[number]; json?: boolean }) => {
      const at = options.at === undefined ? tql.length : Number(options.at)
      if (!Number.isInteger(at) || at < 0) throw new Error(`--at ${options.at} is not a whole number from 0 on.`)
      const { from, to, options: words, names } = completeTql(tql, at, options.object)
      const known = names === undefined ? [] : await namesOf(names)
      // A value that the library has and one that always is are the same line.
      const all = new Map([...known, ...words].map((each) => [each.text, each]))
      for (const { text, kind, description } of all.values()) {
        if (options.json === true) say.json({ from, to, text, kind, description })
        else say.row(description === '' ? [text] : [text, description])
      }
    })
}

async function namesOf(asked: { object: TqlObject; keyword: string; start: string }) {
  const query = new URLSearchParams({ ...asked })
  const { names } = await callHub(hubTarget(readCliConfig()), `${paths.tqlSuggestions}?${query}`, TqlSuggestions)
  return names.map((name) => ({ text: quoteTql(name), kind: 'value' as const, description: '' }))
}
