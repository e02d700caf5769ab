/**
 * The fields of a draft: for each its name, what stands in it, and how that is changed.
 * @returns `field('rating')`, to be spread into the field that shows it
 */
export function fieldsOf<Draft extends object>(draft: Draft, onChange: (draft: Draft) => void) {
  return <Name extends keyof Draft & string>(name: Name) => ({
    name,
    value: draft[name],
    onChange: (value: Draft[Name]) => onChange({ ...draft, [name]: value }),
  })
}
