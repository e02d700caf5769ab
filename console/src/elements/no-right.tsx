import { EmptyState } from './empty-state.tsx'

/** In place of what the hub would refuse this person, at an address that somebody gave them. */
export function NoRight() {
  return (
    <EmptyState title="This needs a right that you do not have">
      An administrator of the hub gives rights, under Settings, Users.
    </EmptyState>
  )
}
