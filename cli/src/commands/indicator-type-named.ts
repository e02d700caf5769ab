import { type IndicatorType, indicatorTypes, readIndicatorTypeName } from '@postern/intel'

/** Of an option that need not be there. @throws Error with the names that there are */
export function indicatorTypeNamed(name: string | undefined): IndicatorType | undefined {
  if (name === undefined) return undefined
  const type = readIndicatorTypeName(name)
  if (type === undefined) throw new Error(`--type ${name} is no indicator type: ${indicatorTypes.join(', ')}.`)
  return type
}
