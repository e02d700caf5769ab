import { Button } from '@mantine/core'
import { useMay } from '../access/rights.ts'
import form from '../elements/form.module.css'
import { NarrowForm } from '../elements/narrow-form.tsx'

interface SettingsFormProps<Changes> {
  /** What would be saved; nothing where all stands as it is stored. */
  changes: Changes | undefined
  save: { mutate: (changes: Changes) => void; isPending: boolean; error: unknown }
  onUndo: () => void
  children: React.ReactNode
}

/** Settings of the hub, which its administrators change and others see. */
export function SettingsForm<Changes>({ changes, save, onUndo, children }: SettingsFormProps<Changes>) {
  const buttons = useMay('administrate') ? (
    <div className={form['actions']}>
      <Button variant="default" disabled={!changes} onClick={onUndo}>
        Undo
      </Button>
      <Button type="submit" disabled={!changes} loading={save.isPending}>
        Save the settings
      </Button>
    </div>
  ) : (
    <p className={form['hint']}>Administrators of the hub alone change them.</p>
  )
  return (
    <NarrowForm
      error={save.error}
      onSubmit={() => {
        if (changes) save.mutate(changes)
      }}
      buttons={buttons}
    >
      {children}
    </NarrowForm>
  )
}
