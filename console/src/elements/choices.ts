import { indicatorTypes, tlpLevels } from '@postern/intel'
import { indicatorTypeLabel } from '../indicators/indicator-faces.ts'

/** Indicator types as a form offers them. */
export const indicatorTypeChoices = indicatorTypes.map((type) => ({ value: type, label: indicatorTypeLabel(type) }))

/** Levels up to which something may be given away. */
export const tlpChoices = tlpLevels.map((level) => ({ value: level, label: `TLP:${level}` }))
