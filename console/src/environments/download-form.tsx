import { Button } from '@mantine/core'
import type { CreateDownload } from '@postern/protocol'
import { Icon } from '../elements/icon.tsx'
import { ModalDialog } from '../elements/modal-dialog.tsx'
import dialog from '../elements/modal-dialog.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import type { Download, Downloaded } from './download.ts'
import classes from './environments.module.css'

interface DownloadFormProps {
  title: string
  /** What the form asks for as it is filled in. */
  wanted: CreateDownload
  download: Download
  /** What the button does; nothing where it is done already. */
  confirm: string | undefined
  /** How one leaves without it. */
  keep: string
  /** Something ends with it: leaving has the focus. */
  isDangerous?: boolean
  /** What is to be known of the file, after its name. */
  words: (made: Downloaded) => React.ReactNode
  onClose: () => void
  children: React.ReactNode
}

/** A form over the page that ends in a file. It stays open, to say what the file is and how it is kept. */
export function DownloadForm({
  title,
  wanted,
  download,
  confirm,
  keep,
  isDangerous = false,
  words,
  onClose,
  children,
}: DownloadFormProps) {
  return (
    <ModalDialog title={title} open onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          download.mutate(wanted)
        }}
      >
        <div className={dialog['fields']}>
          {children}
          {download.isPending && <p role="status">It is being made and sent. This takes some seconds.</p>}
          {download.isError && <ProblemAlert error={download.error} />}
          {download.data && <Made made={download.data} words={words(download.data)} />}
        </div>
        <div className={dialog['actions']}>
          <Button variant="default" data-focus-first={isDangerous || undefined} onClick={onClose}>
            {keep}
          </Button>
          {confirm !== undefined && (
            <Button
              type="submit"
              color={isDangerous ? 'brick' : 'pine'}
              loading={download.isPending}
              leftSection={<Icon name="down" size={14} />}
            >
              {confirm}
            </Button>
          )}
        </div>
      </form>
    </ModalDialog>
  )
}

function Made({ made: { fileName, warning }, words }: { made: Downloaded; words: React.ReactNode }) {
  return (
    <Notice tone="good" role="status">
      <p>
        <strong>
          <PlainText text={fileName} />
        </strong>{' '}
        is in your downloads. {words}
      </p>
      {warning !== null && (
        <p className={classes['warning']}>
          <Icon name="warning" />
          <PlainText text={warning} />
        </p>
      )}
    </Notice>
  )
}
