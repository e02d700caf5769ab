/**
 * A value as reports write it, so that nobody opens it by accident: `hxxps://evil[.]example[.]com/a.html`, `someone[@]example[.]com`.
 * Only what a program might make a link of is changed: the scheme, the dots and colons of the host, the at sign. The hub reads
 * the result as the same value, in queries and in imports.
 * @param type name of the indicator type, as the API writes it
 */
export function defanged(type: string, value: string): string {
  switch (type) {
    case 'Host':
      return value.replaceAll('.', '[.]')
    case 'Address':
    case 'CIDR':
      return value.includes(':') ? value.replaceAll(':', '[:]') : value.replaceAll('.', '[.]')
    case 'EmailAddress':
      return value.replaceAll('.', '[.]').replaceAll('@', '[@]')
    case 'URL':
      return defangedUrl(value)
    default:
      return value
  }
}

function defangedUrl(value: string): string {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(value) ?? []
  if (authority === '') return value
  const harmless = scheme.replace(/^http/i, 'hxxp').replace(/^ftp/i, 'fxp')
  return `${harmless}${authority.replaceAll('.', '[.]').replaceAll('@', '[@]')}${rest}`
}
