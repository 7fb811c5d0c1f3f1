const emailsOf = (count: string, n: number) => `${count} email${n === 1 ? '' : 's'}`;

export const create = {
  steps: 'Steps',
  step: (number: number) => `Step ${number}`,
  stepOf: (number: number, count: number) => `Step ${number} of ${count}`,
  back: 'Back',
  next: 'Next',
  notStored: 'The file was not stored',
  connectionLost: 'The connection to the storage was lost. Try again.',
  problems: {
    noFile: 'Choose a file first.',
    noContent: 'Write a subject and a content.',
    unknownTags: 'Correct the tags that are not columns of the file.',
    options: 'Correct the options that are marked.',
    notChecked: 'The file has to pass the check first.',
  },
  file: {
    step: 'File',
    title: 'Recipients',
    label: 'CSV file',
    description:
      'With a header line. The column email is required, subject and content are optional, all further columns can be used as {{column}}.',
    choose: 'Choose a file, or drop it here',
    drop: 'Drop the CSV here',
    remove: (name: string) => `Remove ${name}`,
    noEmail: (columns: string) => `The file has no column named email. It has: ${columns}`,
    large:
      'The file is larger than 4 MB. It is uploaded at the last step and checked completely; you start the sending after that.',
    nothingSent: 'Nothing is sent before you confirm it at the last step.',
    content: 'Subject and content',
    from: 'Where do they come from?',
    ofFile: 'From the file',
    ofFileHint: 'Each row has its own subject and content.',
    own: 'I write them here',
    ownHint: 'All rows get the same email, with the columns of the file as tags.',
  },
  template: {
    subject: 'Subject',
    content: 'Content',
    contentHint: 'Text or HTML. A tag such as {{name}} is replaced by the value of the row.',
    insert: 'Insert:',
    unknownTag: (tag: string, meant: string | undefined) =>
      `{{${tag}}} is not a column of the file.${meant === undefined ? '' : ` Did you mean {{${meant}}}?`}`,
  },
  format: {
    question: 'The content looks like HTML. How is it to be sent?',
    choose: 'Choose how the content is to be sent.',
    html: 'As HTML',
    htmlHint: 'A text part is made from it, and the values of tags are escaped.',
    text: 'As plain text',
    textHint: 'Recipients see the tags of the HTML as characters.',
  },
  check: {
    step: 'Check',
    title: 'Result of the check',
    loading: 'the check',
    notBefore: 'The check starts when a file is chosen.',
    refused: 'This file cannot be sent',
    refusedHint: 'Correct the file and choose it again in the first step, or write subject and content there.',
    partial: (rows: string) =>
      `The first ${rows} rows were checked. The others are checked when the file is uploaded. Nothing is sent before you start it then.`,
    duplicate: 'These rows were uploaded before',
    duplicateHint: 'Nothing is sent again. To send them once more, give the campaign another name in the options.',
    duplicateLink: 'Show that campaign',
    toSend: 'To send',
    rows: 'Rows of the file',
    quota: 'The daily quota is not enough for all rows',
    quotaHint: 'The campaign stops when the quota is used up, and continues by itself when it is free again.',
  },
  skipped: {
    title: 'Skipped rows',
    description: 'They are not sent. Correct them in the file to include them.',
    first: (count: string) => `The first ${count} are shown.`,
  },
  samples: {
    title: 'Emails as they will be',
    description: 'The first rows. Images from other sites are not loaded here.',
    to: 'To',
    view: 'View',
    html: 'HTML',
    phone: 'On a phone',
    text: 'Text',
    frame: (subject: string) => `Email: ${subject}`,
  },
  options: {
    step: 'Options and test',
    title: 'Options',
    name: 'Name',
    nameHint: 'Optional. The same file under another name is sent once more.',
    nameInvalid: 'At most 32 lower-case letters, digits and hyphens.',
    fromName: 'From-name',
    fromNameHint: 'Optional. Recipients see it before the address of the sender.',
    replyTo: 'Reply-to',
    replyToHint: 'Optional. Where answers go.',
    when: 'When',
    now: 'Now',
    later: 'At a later time',
    date: 'Date',
    chooseDate: 'Choose a date',
    time: 'Time',
    zone: (zone: string) => `Time zone: ${zone}`,
    inThePast: 'Choose a time in the future.',
    dryRunHint: 'Runs every step, but sends no email.',
  },
  test: {
    title: 'Send a test to me',
    description: 'The email of the first row goes to this address only, marked as a test.',
    address: 'My address',
    send: 'Send test',
    sent: (to: string) => `The test is on its way to ${to}.`,
    failed: 'The test was not sent',
    notPossible: 'A file in this encoding is too large for a test.',
  },
  confirm: {
    step: 'Confirm',
    failed: 'The campaign was not started',
    sentence: (what: {
      emails: string;
      n: number;
      from: string;
      /** Undefined while the daily quota lets none leave. */
      duration: string | undefined;
      rate: string;
      cost: string;
      at: string | undefined;
    }) =>
      [
        `Send ${emailsOf(what.emails, what.n)} from ${what.from}`,
        ...(what.at === undefined ? [] : [`on ${what.at}`]),
        what.duration === undefined ? 'once the daily quota allows it' : `about ${what.duration} at ${what.rate}/s`,
        `about ${what.cost}`,
      ].join(', '),
    dryRun: (emails: string, n: number) => `Run every step for ${emailsOf(emails, n)}, and send none`,
    lessThan: (cost: string) => `less than ${cost}`,
    once: 'Each recipient gets it once. You can pause at any time.',
    large: (name: string) => `Upload ${name} and check every row`,
    largeHint: 'Nothing is sent yet: you start the campaign on its page when the check is done.',
    startDryRun: 'Start the dry run',
    schedule: (count: string, n: number) => `Schedule ${emailsOf(count, n)}`,
    upload: 'Upload and check',
  },
  large: {
    title: 'Upload',
    uploading: (name: string) => `Uploading ${name}`,
    reading: 'Checking the rows',
    rows: (count: string) => `${count} rows read`,
    failed: 'The upload failed',
    failedAt: (reason: string, line: number | undefined) => (line === undefined ? reason : `${reason} (line ${line})`),
  },
};
