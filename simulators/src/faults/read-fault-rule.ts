import { FaultRule, faultNames } from './fault-rule.ts'

const numbers = ['after', 'times', 'rate', 'seed', 'delayMs']

/**
 * Reads `KIND=FAULT`, `KIND=FAULT:TIMES` or `KIND=FAULT:rate=0.1,seed=7`, as the command line writes it.
 * @throws Error saying what the text should look like.
 */
export function readFaultRule(text: string): FaultRule {
  const [, on, fault, settings] = /^([\w*-]+)=([\w-]+)(?::(.+))?$/.exec(text) ?? []
  const rule = FaultRule.safeParse({ on, fault, ...readSettings(settings) })
  if (!rule.success)
    throw new Error(
      `${text} is no fault; write KIND=FAULT, KIND=FAULT:TIMES or KIND=FAULT:rate=0.1,seed=7,after=3,times=2,delayMs=100,to=URL with FAULT one of ${faultNames.join(', ')}`,
    )
  return rule.data
}

function readSettings(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  if (/^\d+$/.test(text)) return { times: Number(text) }
  return Object.fromEntries(
    text.split(',').map((setting) => {
      const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(setting) ?? []
      // An empty number would read as 0.
      return [key, numbers.includes(key) && value !== '' ? Number(value) : value]
    }),
  )
}
