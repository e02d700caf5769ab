import { ActionIcon } from '@mantine/core'
import { Icon, type IconName } from './icon.tsx'
import { MenuPopover } from './menu-popover.tsx'

export interface MenuAction {
  name: string
  icon: IconName
  isDangerous?: boolean
  act: () => void
}

/** The ⋮ of a thing: a button that opens a menu of what can be done with it. */
export function ActionMenu({ label, actions }: { label: string; actions: readonly MenuAction[] }) {
  if (actions.length === 0) return null
  return (
    <MenuPopover
      label={label}
      items={actions.map(({ name, icon, ...action }) => ({
        ...action,
        key: name,
        content: (
          <>
            <Icon name={icon} />
            {name}
          </>
        ),
      }))}
      button={(props) => (
        <ActionIcon {...props} variant="subtle" aria-label={label} title={label}>
          <Icon name="more" />
        </ActionIcon>
      )}
    />
  )
}
