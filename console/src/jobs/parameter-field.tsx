import { ActionIcon, Button, NativeSelect, PasswordInput, Switch, Textarea, TextInput } from '@mantine/core'
import type { InstallParameter, ParameterValue } from '@postern/protocol'
import { useId } from 'react'
import { Check } from '../elements/check.tsx'
import form from '../elements/form.module.css'
import { Icon } from '../elements/icon.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './jobs.module.css'
import { isOn, kindOf, linesOf } from './parameter-kind.ts'

interface ParameterFieldProps {
  parameter: InstallParameter
  values: readonly string[] | undefined
  value: ParameterValue | undefined
  isSecretSet: boolean
  error: string | undefined
  onChange: (value: ParameterValue) => void
}

/** One parameter of an app, drawn by what its install.json declares (D23, S13): all texts of the app are only text. */
export function ParameterField({ parameter, values, value, isSecretSet, error, onChange }: ParameterFieldProps) {
  const listId = useId()
  const label = plainText(parameter.label ?? parameter.name)
  const shared = {
    label,
    description: parameter.note ? plainText(parameter.note) : undefined,
    error,
    withAsterisk: parameter.required === true && parameter.hidden !== true,
  }
  // What the app takes where the job says nothing; a job that was made elsewhere may leave out what has a default.
  const preset = plainText(linesOf(parameter.default).join(', '))
  const placeholder = preset === '' ? '' : `Not set (default: ${preset})`
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : ''
  switch (kindOf(parameter, values)) {
    case 'flag':
      return (
        <Switch
          label={label}
          description={shared.description}
          error={error}
          checked={isOn(value ?? parameter.default)}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      )
    case 'secret':
      return (
        <PasswordInput
          {...shared}
          autoComplete="new-password"
          withAsterisk={shared.withAsterisk && !isSecretSet}
          placeholder={isSecretSet ? 'Set. Type to replace it; left empty, it stays' : ''}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value === '' ? null : event.currentTarget.value)}
        />
      )
    case 'choice':
      return (
        <NativeSelect
          {...shared}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
          data={['', ...withCurrent(values ?? [], text)].map((each) => ({
            value: each,
            label: each === '' ? placeholder || 'Choose …' : plainText(each),
          }))}
        />
      )
    case 'choices':
      return <Choices {...shared} values={values ?? []} chosen={linesOf(value)} onChange={onChange} />
    case 'suggestions':
      return (
        <>
          <TextInput
            {...shared}
            list={listId}
            placeholder={placeholder}
            value={text}
            onChange={(event) => onChange(event.currentTarget.value)}
          />
          <datalist id={listId}>
            {values?.map((each) => (
              <option key={each} value={each} />
            ))}
          </datalist>
        </>
      )
    case 'pairs':
      return <Pairs {...shared} pairs={pairsOf(value)} onChange={onChange} />
    case 'lines':
      return (
        <Textarea
          {...shared}
          description={[shared.description, 'One a line.'].filter(Boolean).join(' ')}
          rows={Math.min(Math.max(linesOf(value).length + 1, 3), 10)}
          placeholder={placeholder}
          value={linesOf(value).join('\n')}
          onChange={(event) => onChange(event.currentTarget.value === '' ? [] : event.currentTarget.value.split('\n'))}
        />
      )
    case 'text':
      return (parameter.viewRows ?? 1) > 1 ? (
        <Textarea
          {...shared}
          rows={Math.min(parameter.viewRows ?? 3, 12)}
          placeholder={placeholder}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...shared}
          placeholder={placeholder}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )
  }
}

/** A stored value that cannot be chosen any more must not turn into another one unseen. */
function withCurrent(values: readonly string[], current: string): readonly string[] {
  return current === '' || values.includes(current) ? values : [...values, current]
}

interface GroupProps {
  label: string
  description: string | undefined
  error: string | undefined
  withAsterisk: boolean
  onChange: (value: ParameterValue) => void
}

function Group({ label, description, error, children }: Omit<GroupProps, 'onChange'> & { children: React.ReactNode }) {
  return (
    <fieldset className={form['group']}>
      <legend>{label}</legend>
      {description && <p className={classes['hint']}>{description}</p>}
      {children}
      {error && <p className={classes['error']}>{error}</p>}
    </fieldset>
  )
}

function Choices({
  values,
  chosen,
  onChange,
  ...group
}: GroupProps & { values: readonly string[]; chosen: readonly string[] }) {
  const all = [...values, ...chosen.filter((each) => !values.includes(each))]
  return (
    <Group {...group}>
      <div className={form['checks']}>
        {all.map((each) => (
          <Check
            key={each}
            label={plainText(each)}
            checked={chosen.includes(each)}
            onChange={(isOn) => onChange(isOn ? [...chosen, each] : chosen.filter((other) => other !== each))}
          />
        ))}
        {all.length === 0 && <span className={classes['soft']}>There is nothing to choose from yet.</span>}
      </div>
    </Group>
  )
}

type Pair = { key: string; value: string }

function pairsOf(value: ParameterValue | undefined): Pair[] {
  return Array.isArray(value) ? value.filter((item) => typeof item !== 'string') : []
}

function Pairs({ pairs, onChange, ...group }: GroupProps & { pairs: readonly Pair[] }) {
  const change = (index: number, pair: Pair) => onChange(pairs.map((each, at) => (at === index ? pair : each)))
  return (
    <Group {...group}>
      {pairs.map((pair, index) => (
        // Pairs have no identity of their own: they are what stands in their place.
        // oxlint-disable-next-line react/no-array-index-key
        <div key={index} className={classes['pair']}>
          <TextInput
            size="xs"
            aria-label={`${group.label}: name ${index + 1}`}
            value={pair.key}
            onChange={(event) => change(index, { ...pair, key: event.currentTarget.value })}
          />
          <TextInput
            size="xs"
            aria-label={`${group.label}: value ${index + 1}`}
            value={pair.value}
            onChange={(event) => change(index, { ...pair, value: event.currentTarget.value })}
          />
          <ActionIcon
            variant="subtle"
            aria-label={`Take ${index + 1} away`}
            onClick={() => onChange(pairs.filter((_, at) => at !== index))}
          >
            <Icon name="cross" size={14} />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-xs"
        variant="default"
        leftSection={<Icon name="plus" size={12} />}
        onClick={() => onChange([...pairs, { key: '', value: '' }])}
      >
        Add
      </Button>
    </Group>
  )
}
