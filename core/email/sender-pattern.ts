/** No `*`, `?` and `$` in it: IAM would read them as a wildcard or a variable. */
const LOCAL = "[a-z0-9!#%&'+/=^_`{|}~.-]+";
const LABEL = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
const DOMAIN = `${LABEL}(?:\\.${LABEL})+`;

/**
 * One entry of `AllowedSenders`, in lower case. The same entries, and `*@` before each, are the patterns of the IAM policy that lets the
 * email worker send from them, so both accept the same senders. Regular expression of JavaScript and of CloudFormation.
 */
export const ALLOWED_SENDER = `\\*|(?:${LOCAL}@|\\*@|\\*\\.)?${DOMAIN}`;

/** What an entry may be, in words. */
export const ALLOWED_SENDER_WORDS =
  'Each entry is an address, a domain or *@domain (its addresses), *.domain (its subdomains), or * alone (every sender), in lower case';
