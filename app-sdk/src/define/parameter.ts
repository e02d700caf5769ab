/** An entry of `install.json`'s `params`, but for its name, which is the key it stands under (D23). */
export interface ParameterEntry {
  readonly type: 'Boolean' | 'Choice' | 'EditChoice' | 'MultiChoice' | 'String'
  readonly label: string
  readonly required: boolean
  readonly note?: string
  readonly default?: string | boolean
  readonly encrypt?: boolean
  readonly hidden?: boolean
  readonly validValues?: readonly string[]
  readonly viewRows?: number
}

/** A parameter: its entry in `install.json`, and how its value is read. `Value` is what the app gets. */
export interface Parameter<Value> {
  readonly entry: ParameterEntry
  /** What the value names, if it names something that the platform guards: a host to reach (S7), a data collection (D22). */
  readonly names?: 'address' | 'collection'
  /** @throws Error that says, in words for the person at the form, what is wrong and what to write instead. */
  read(raw: unknown): Value
}

/** Parameters by name, as an app declares them. */
export type Parameters = Readonly<Record<string, Parameter<unknown>>>

/** What an app gets for the parameters it declared. */
export type ValuesOf<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer Value> ? Value : never
}

/** What every builder takes. */
export interface ParameterOptions<Value> {
  /** What the form calls it. */
  readonly label: string
  /** One or two sentences of help. */
  readonly note?: string
  /** Without it and without a default, the app may get `undefined`. */
  readonly required?: boolean
  readonly hidden?: boolean
  /** The finer check: what is wrong with the value, or nothing. It runs before anything else of the app does. */
  readonly check?: (value: Value) => string | undefined
}

/** `Value`, or `undefined` where neither a default nor `required` promises one. */
export type Given<Options, Value> = Options extends
  | { required: true }
  | { default: string | number | boolean | readonly string[] }
  ? Value
  : Value | undefined

/** What builders share: an absent value takes the default, a given one is read and checked. */
export function declare<Value>(
  entry: ParameterEntry,
  options: ParameterOptions<Value>,
  readGiven: (raw: unknown) => Value,
  names?: 'address' | 'collection',
): Parameter<Value | undefined> {
  return {
    entry,
    ...(names === undefined ? {} : { names }),
    read(raw) {
      const given = isAbsent(raw) ? entry.default : raw
      if (isAbsent(given)) {
        if (entry.required) throw new Error('is needed')
        return undefined
      }
      const value = readGiven(given)
      const objection = options.check?.(value)
      if (objection !== undefined) throw new Error(objection)
      return value
    },
  }
}

/** Forms send an empty field as an empty string, and an empty multiple choice as an empty list. */
function isAbsent(raw: unknown): boolean {
  return raw === undefined || raw === null || raw === '' || (Array.isArray(raw) && raw.length === 0)
}

/** The part of an entry that every kind of parameter has. */
export function entryOf<Value>(
  type: ParameterEntry['type'],
  options: ParameterOptions<Value>,
  more: Partial<ParameterEntry> = {},
): ParameterEntry {
  return {
    label: options.label,
    type,
    required: options.required ?? false,
    ...(options.note === undefined ? {} : { note: options.note }),
    ...(options.hidden === true ? { hidden: true } : {}),
    ...more,
  }
}
