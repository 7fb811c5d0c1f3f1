/** Whether a text matches a pattern of a policy. */
export type Matcher = (text: string) => boolean;

const ESCAPED = /[.*+?^${}()|[\]\\]/g;

/** `*` stands for any characters and `?` for one, as in the elements and conditions of a policy. */
export function wildcard(pattern: string, flags: '' | 'i' = ''): Matcher {
  if (!/[*?]/.test(pattern)) {
    const wanted = flags === 'i' ? pattern.toLowerCase() : pattern;
    return (text) => (flags === 'i' ? text.toLowerCase() : text) === wanted;
  }
  return regexMatcher(regexOf(pattern, '.'), flags);
}

/**
 * A pattern for ARNs. A wildcard does not cross the colons between the first five parts.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function arnPattern(pattern: string): Matcher {
  if (pattern === '*') return () => true;
  const parts = pattern.split(':');
  if (parts.length < 6) return wildcard(pattern);
  const head = parts.slice(0, 5).map((part) => regexOf(part, '[^:]'));
  return regexMatcher([...head, regexOf(parts.slice(5).join(':'), '.')].join(':'), '');
}

const regexOf = (pattern: string, any: string) =>
  pattern.replace(ESCAPED, (char) => (char === '*' ? `${any}*` : char === '?' ? any : `\\${char}`));

function regexMatcher(source: string, flags: string): Matcher {
  const regex = new RegExp(`^${source}$`, `s${flags}`);
  return (text) => regex.test(text);
}

/** Values by condition key in lower case, such as `aws:sourcearn`. A list is the value of a key with several values. */
export type Context = Readonly<Record<string, string | readonly string[]>>;

const VARIABLE = /\$\{([^}]*)\}/g;

/** Whether a pattern has policy variables, `${aws:PrincipalArn}`. */
export const hasVariables = (pattern: string): boolean => pattern.includes('${');

/**
 * Replaces the policy variables of a pattern. Undefined if one has no value: then the pattern matches nothing. `${*}`, `${?}` and `${$}`
 * are the characters themselves.
 * Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 */
export function withVariables(pattern: string, context: Context): string | undefined {
  let isComplete = true;
  const filled = pattern.replace(VARIABLE, (_whole, name: string) => {
    if (name.length === 1) return name;
    const [key = '', fallback] = name.split(',');
    const value = context[key.trim().toLowerCase()] ?? /^\s*'(.*)'\s*$/.exec(fallback ?? '')?.[1];
    if (typeof value === 'string') return value;
    isComplete = false;
    return '';
  });
  return isComplete ? filled : undefined;
}

/** The condition keys that patterns use as variables, in lower case. */
export const variablesOf = (patterns: readonly string[]): string[] =>
  patterns.flatMap((pattern) =>
    [...pattern.matchAll(VARIABLE)].map(([, name = '']) => name.split(',', 1).join('').trim().toLowerCase()),
  );
