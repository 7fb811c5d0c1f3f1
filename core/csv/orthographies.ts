/**
 * Which non-ASCII letters a language uses, and beside which letters. Each pattern is matched against one word in lower case. The
 * patterns are stricter than an alphabet where that tells languages apart: French writes `û` before few consonants, Italian accents the
 * last letter, Portuguese writes `õ` before `e`.
 */

/** Languages that are written in Windows-1252. */
export const WESTERN: readonly RegExp[] = [
  // Spanish, Galician, Basque
  /^(?:[a-záéíóúü]|ñ(?=[aeiouáéíóú]))+[ªº]?$/,
  // Catalan
  /^(?:[a-zàéíòóúü·]|(?<=[aeiou])ï|è(?![aeiou])|ç(?=[aouàòóú]|s?$))+$/,
  // Portuguese
  /^(?:[a-záâàéêíóôúü]|ã(?=[oeis]|z|$)|õ(?=e)|ç(?=[aouáãâóõôú]))+[ªº]?$/,
  // French
  /^(?:[a-zéêüÿ]|œ(?=[uinst]|$)|(?<![aeiou])æ|(?<!e)à|â(?=[tcnmslgpbf]|$)|î(?=[tlmncse]|$)|(?<=[aoue])ï|ô(?=[tlmnvscd]|$)|û(?=[trlcme]|s?$)|è(?![aeiouy])|(?<=[aoiuq])ë|ù$|ç(?=[aouâôû]))+$/,
  // Italian
  /^[a-z]*[àèéìòóù]?$/,
  // German
  /^[a-zäöüßé]+$/,
  // Dutch, Luxembourgish, Afrikaans
  /^(?:[a-zéöüáóêä]|è(?![aeiouy])|(?<=[aeiou])[ëï]|ç(?=[ao]))+$/,
  // Danish, Norwegian
  /^(?:[a-zøåéòôü]|(?<![aeiouy])æ)+$/,
  // Swedish
  /^[a-zåäöé]+$/,
  // Finnish
  /^[a-zäöåšž]+$/,
  // Estonian
  /^(?:[b-df-hj-np-tv-zšž]*õ+)?[a-zäöüšž]*$/,
  // Icelandic
  /^(?:[a-záéíóúýö]|(?<![aeiou])æ|(?<=.)ð|(?<![aiouy])þ(?=[aeiouyáéíóúýæöjrv]))+$/,
  // Faroese
  /^(?:[a-záíóúýø]|(?<![aeiou])æ|(?<=.)ð)+$/,
  // Albanian
  /^(?:[a-zç]|(?<!ç.*)ë)+$/,
];

export interface OtherOrthography {
  encodings: readonly string[];
  word: RegExp;
}

/** Languages in Latin letters that other encodings are made for; Windows-1252 shows their letters as other letters. */
export const OTHERS: readonly OtherOrthography[] = [
  // Polish; Czech; Slovak; Hungarian; Romanian; Croatian, Slovenian
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-ząćęłńóśźż]+$/ },
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-záčďéěíňóřšťúůýžöü]+$/ },
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-záäčďéíĺľňóôŕšťúýž]+$/ },
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-záéíóöőúüű]+$/ },
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-zăâîşţ]+$/ },
  { encodings: ['windows-1250', 'iso-8859-2'], word: /^[a-zčćđšž]+$/ },
  // Turkish
  { encodings: ['windows-1254'], word: /^[a-zçğıöşüâîû]+$/ },
  // Lithuanian; Latvian
  { encodings: ['windows-1257', 'iso-8859-13'], word: /^[a-ząčęėįšųūž]+$/ },
  { encodings: ['windows-1257', 'iso-8859-13'], word: /^[a-zāčēģīķļņšūž]+$/ },
  // Vietnamese, whose tones are combining marks
  { encodings: ['windows-1258'], word: /^(?:[a-zăâđêôơưàáèéìíòóùúýÿ]|[\u0300\u0301\u0303\u0309\u0323])+$/ },
  // Western languages on an old Mac
  { encodings: ['macintosh'], word: /^[a-záàâãäåçéèêëíìîïñóòôõöúùûüæøœß]+$/ },
];
