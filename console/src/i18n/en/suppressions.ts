const addresses = (count: string, n: number) => `${count} address${n === 1 ? '' : 'es'}`;

export const suppressions = {
  title: 'Suppression list',
  description: 'Addresses that get no campaigns. Bounced and complained addresses get no other email either.',
  address: 'Address',
  erased: 'Erased: only a hash is kept',
  reason: 'Reason',
  since: 'Since',
  send: 'Email that led to it',
  sendOf: (row: string, batch: string) => `Row ${row} of ${batch}`,
  find: 'Find a whole address',
  none: 'No address is suppressed',
  noneHint:
    'Unsubscribed, bounced and complained addresses come here by themselves. Add others by hand or from a file.',
  notListed: (address: string) => `${address} is not on the list`,
  notListedHint: 'Campaigns send to this address.',
  showAll: 'Show all addresses',
  reasons: {
    unsubscribed: 'Unsubscribed',
    manual: 'Added by hand',
    bounced: 'Bounced',
    complained: 'Complained',
  },
  add: {
    action: 'Add address',
    title: 'Add an address',
    address: 'Address',
    why: 'Why',
    manual: { label: 'Added by hand', description: 'For any reason of your own.' },
    unsubscribed: {
      label: 'Unsubscribed',
      description: 'The recipient asked for it in another way, such as by phone.',
    },
    effect: 'From now on no campaign sends to this address, not even one that is running.',
    done: (address: string) => `${address} gets no campaigns any more`,
    stays: (address: string, reason: string) => `${address} was on the list already: ${reason}`,
  },
  remove: {
    action: 'Remove',
    label: (address: string) => `Remove ${address}`,
    title: 'Remove this address from the list?',
    effect: 'New campaigns send to it again. Rows that were left out because of the list are not sent by this.',
    why: {
      unsubscribed:
        'The recipient asked to get no more campaigns. Remove the address only if the recipient has asked for them again.',
      manual: 'Somebody added the address by hand or from a file.',
      bounced:
        'Its mail server refused an email for good. The entry protects the sender: AWS reviews an account when 5 % of its emails bounce. Other email, such as order notices, goes to the address again too.',
      complained:
        'The recipient reported an email as spam. The entry protects the sender: AWS reviews an account at 0.1 % complaints. Other email, such as order notices, goes to the address again too.',
    },
    sure: {
      bounced: 'I know that the address works now',
      complained: 'I know that the recipient wants email from us',
    },
    done: (address: string) => `${address} may get campaigns again`,
  },
  import: {
    action: 'Import CSV',
    title: 'Import addresses',
    what: 'A CSV with the column email or address, and perhaps reason: unsubscribed, manual, bounced or complained. At most 20,000 rows. The same file again changes nothing.',
    file: 'File',
    confirm: 'Import',
    result: (name: string) => `${name} was imported`,
    added: (count: string, n: number) => `${addresses(count, n)} added.`,
    unchanged: (count: string) => `${count} unchanged.`,
    skipped: (count: string, n: number) => `${count} row${n === 1 ? '' : 's'} skipped.`,
    skippedHint: 'They were not added. Correct them in the file and import it again.',
  },
  export: { action: 'Export CSV', failed: 'The list cannot be exported' },
};
