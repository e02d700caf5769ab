import { Button, Switch } from '@mantine/core'
import { Fragment } from 'react'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import { shortcutList } from './shortcut-list.ts'
import { useShortcutsOn } from './shortcuts.ts'
import classes from './shortcuts-dialog.module.css'

export function ShortcutsDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const [isOn, setOn] = useShortcutsOn()
  return (
    <ModalDialog title="Keyboard" open={open} onClose={onClose}>
      <dl className={classes['list']} data-off={isOn ? undefined : true}>
        {Object.entries(shortcutList).map(([name, shortcut]) => (
          <Fragment key={name}>
            <dt>
              {shortcut.keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{shortcut.does}</dd>
          </Fragment>
        ))}
      </dl>
      <p className={classes['note']}>
        In tables and the log: <kbd>↑</kbd> <kbd>↓</kbd> <kbd>PgUp</kbd> <kbd>PgDn</kbd> <kbd>Home</kbd> <kbd>End</kbd>,
        and <kbd>Enter</kbd> opens. Between tabs: <kbd>←</kbd> <kbd>→</kbd>.
      </p>
      <div className={classes['foot']}>
        <Switch
          size="sm"
          label="Single keys act"
          checked={isOn}
          onChange={(event) => setOn(event.currentTarget.checked)}
        />
        <Button size="xs" variant="default" onClick={onClose}>
          Close
        </Button>
      </div>
    </ModalDialog>
  )
}
