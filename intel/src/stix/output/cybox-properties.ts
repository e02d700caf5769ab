import { escapeXml } from '../../escape/xml.ts'
import type { IndicatorType } from '../../indicators/indicator-types.ts'

/** The `cybox:Properties` of one canonical value, as CybOX 2.1 has them; undefined for a Hashtag, which it does not know. */
export function cyboxProperties(type: IndicatorType, value: string): string | undefined {
  const text = escapeXml(value)
  switch (type) {
    case 'Address':
      return address(value.includes(':') ? 'ipv6-addr' : 'ipv4-addr', text)
    case 'CIDR':
      return address('cidr', text)
    case 'EmailAddress':
      return address('e-mail', text)
    case 'Host':
      return properties('DomainNameObj:DomainNameObjectType', equal('DomainNameObj:Value', text), ' type="FQDN"')
    case 'URL':
      return properties('URIObj:URIObjectType', equal('URIObj:Value', text), ' type="URL"')
    case 'File':
      return properties('FileObj:FileObjectType', hashOf(value))
    case 'ASN':
      return properties('ASObj:ASObjectType', equal('ASObj:Number', text.replace(/^ASN/, '')))
    case 'Mutex':
      return properties('MutexObj:MutexObjectType', equal('MutexObj:Name', text))
    case 'Registry Key':
      return properties('WinRegistryKeyObj:WindowsRegistryKeyObjectType', registryKey(value))
    case 'Email Subject':
      return properties(
        'EmailMessageObj:EmailMessageObjectType',
        `<EmailMessageObj:Header>${equal('EmailMessageObj:Subject', text)}</EmailMessageObj:Header>`,
      )
    case 'User Agent':
      return properties('HTTPSessionObj:HTTPSessionObjectType', userAgent(text))
    case 'Hashtag':
      return undefined
  }
}

function address(category: string, text: string): string {
  return properties('AddressObj:AddressObjectType', equal('AddressObj:Address_Value', text), ` category="${category}"`)
}

/** HashNameVocab-1.0 has no hyphens. */
function hashOf(value: string): string {
  const name = value.length === 32 ? 'MD5' : value.length === 40 ? 'SHA1' : 'SHA256'
  return `<FileObj:Hashes><cyboxCommon:Hash><cyboxCommon:Type xsi:type="cyboxVocabs:HashNameVocab-1.0">${name}</cyboxCommon:Type>${equal('cyboxCommon:Simple_Hash_Value', value)}</cyboxCommon:Hash></FileObj:Hashes>`
}

/** `key : value name : value type`, of which the last ones may be missing. */
function registryKey(value: string): string {
  const first = value.indexOf(' : ')
  const key = first < 0 ? value : value.slice(0, first)
  const root = key.indexOf('\\')
  const hive = equal('WinRegistryKeyObj:Hive', escapeXml(root < 0 ? key : key.slice(0, root)))
  const path = root < 0 ? '' : equal('WinRegistryKeyObj:Key', escapeXml(key.slice(root + 1)))
  if (first < 0) return path + hive
  const rest = value.slice(first + 3)
  const typed = / : (REG_[A-Z_]+)$/.exec(rest)
  const name = equal('WinRegistryKeyObj:Name', escapeXml(typed ? rest.slice(0, typed.index) : rest))
  const dataType = typed?.[1] === undefined ? '' : equal('WinRegistryKeyObj:Datatype', typed[1])
  return `${path}${hive}<WinRegistryKeyObj:Values><WinRegistryKeyObj:Value>${name}${dataType}</WinRegistryKeyObj:Value></WinRegistryKeyObj:Values>`
}

function userAgent(text: string): string {
  const steps = [
    'HTTPSessionObj:HTTP_Request_Response',
    'HTTPSessionObj:HTTP_Client_Request',
    'HTTPSessionObj:HTTP_Request_Header',
    'HTTPSessionObj:Parsed_Header',
  ]
  return steps.reduceRight((inner, step) => `<${step}>${inner}</${step}>`, equal('HTTPSessionObj:User_Agent', text))
}

function properties(type: string, inner: string, attributes = ''): string {
  return `<cybox:Properties xsi:type="${type}"${attributes}>${inner}</cybox:Properties>`
}

function equal(element: string, text: string): string {
  return `<${element} condition="Equals">${text}</${element}>`
}
