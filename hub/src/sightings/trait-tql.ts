import { printTql, type TqlExpression } from '@postern/intel'
import type { SightingTrait } from '@postern/protocol'

/** TQL that finds what has a trait, to be added to a data collection's query. */
export function traitTql(kind: SightingTrait['kind'], name: string, of: string | null): string {
  switch (kind) {
    case 'tag':
      return printTql(is('tag', name))
    case 'type':
      return printTql(is('typeName', name))
    case 'owner':
      return printTql(is('ownerName', name))
    case 'group':
      return printTql(has('hasGroup', 'group', [is('typeName', of ?? ''), is('name', name)]))
    case 'attribute':
      return printTql(has('hasAttribute', 'attribute', [is('typeName', of ?? ''), is('text', name)]))
  }
}

function is(keyword: string, text: string): TqlExpression {
  return { kind: 'comparison', keyword, operator: '=', value: { kind: 'text', text, position: 0 }, position: 0 }
}

function has(keyword: string, object: 'group' | 'attribute', operands: TqlExpression[]): TqlExpression {
  return { kind: 'has', keyword, object, query: { kind: 'and', operands, position: 0 }, position: 0 }
}
