import type { TlpLevel } from '../../tlp.ts'

/** How an object may be shared. TLP 1.0 has no AMBER+STRICT: RED, and a statement beside it (tlp-marking.ts). */
export function stix111Handling(prefix: string, level: TlpLevel): string {
  const color = level === 'CLEAR' ? 'WHITE' : level === 'AMBER+STRICT' ? 'RED' : level
  const statement =
    level === 'AMBER+STRICT'
      ? '<marking:Marking_Structure xsi:type="simpleMarking:SimpleMarkingStructureType"><simpleMarking:Statement>TLP:AMBER+STRICT</simpleMarking:Statement></marking:Marking_Structure>'
      : ''
  return `<${prefix}:Handling><marking:Marking><marking:Controlled_Structure>../../../descendant-or-self::node()</marking:Controlled_Structure><marking:Marking_Structure xsi:type="tlpMarking:TLPMarkingStructureType" color="${color}"/>${statement}</marking:Marking></${prefix}:Handling>`
}
