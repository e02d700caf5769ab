import { labelOfStixMarking } from '@postern/intel'

/** The security label that each of an owner's marking definitions says. */
export function labelOfMarkings(
  rows: readonly { object_id: string; body: string }[],
): (id: string) => { kind: 'label'; name: string } | undefined {
  const names = new Map<string, string>()
  for (const { object_id: id, body } of rows) {
    const name = labelOfStixMarking({ ...(JSON.parse(body) as object), id, type: 'marking-definition' })
    if (name !== undefined) names.set(id, name)
  }
  return (id) => {
    const name = names.get(id)
    return name === undefined ? undefined : { kind: 'label', name }
  }
}
