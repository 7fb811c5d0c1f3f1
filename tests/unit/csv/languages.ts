/** A sentence or more per language, as campaigns have them. */
export const WESTERN_TEXTS: Record<string, readonly string[]> = {
  Spanish: ['¡Hola, Ana! Mañana llega tu pedido n.º 12. ¿Quién vendrá? Peña, Muñoz y Núñez', 'Reunión', 'José'],
  French: [
    'Chère cliente, voici les nouveautés de l’été : dès aujourd’hui à 45 € – l’œuvre, le cœur, août, ça',
    'Noël',
  ],
  German: ['Schöne Grüße aus München, Frau Müller! Außen 5 m², „größer“ als üblich – Preis 10 €', 'ÄÖÜäöüß', 'Straße'],
  Portuguese: [
    'Olá João, a sua encomenda já está a caminho. Promoções até amanhã, não perca: informações',
    'São Paulo',
  ],
  Italian: ['Gentile cliente, così è più facile: la città è già tua! Perché no? Verrà martedì', 'Caffè', 'È arrivato'],
  Dutch: ['Beste klant, één van de mooiste cafés in België: coördinatie, geïnteresseerd', 'Privé'],
  Danish: ['Kære kunde, din ordre er på vej. Rødgrød med fløde fra København og Århus, æbler og øl', 'Blå'],
  Swedish: ['Hej Åsa, din beställning är på väg till Malmö. Räksmörgås på lördag', 'Göteborg', 'Ä'],
  Norwegian: ['Kjære kunde, bestillingen din er på vei. Blåbærsyltetøy fra Tromsø', 'Ål'],
  Finnish: ['Hyvä asiakas, tilauksesi on matkalla. Hääyöaie, tänään, pääsiäinen, šakki', 'Äiti'],
  Icelandic: ['Kæri viðskiptavinur, pöntunin þín er á leiðinni. Þakka þér fyrir, Ísland og Eþíópía', 'Þú'],
  Faroese: ['Góðan dag, kæri viðskiftafólk. Tórshavn, Føroyar, mánadagur'],
  Catalan: ['Benvolgut client, la vostra comanda ja és aquí. Què és això? L’any vinent: il·lusió', 'Barça'],
  Galician: ['Grazas pola túa compra. Mañá chegará o teu pedido á casa da Coruña'],
  Estonian: ['Tere, teie tellimus on teel. Häid jõule ja õnnelikku uut aastat! Jäääär, šokolaad', 'Öö'],
  Irish: ['Go raibh maith agat as d’ordú. Tá fáilte romhat in Éirinn, Dé Céadaoin'],
  Albanian: ['Përshëndetje, porosia juaj është në rrugë. Çmimi është më i mirë'],
  English: ['Dear José, the café is open — “naïve” résumé… £10, ½ price, €20 ©2026 Acme®', 'It’s here', 'Price: £10'],
  'single words': [
    '€uro, 25 °C, 5 m², n.º 5, 10ª, §5, ±5 %, ½, µm, ©2026, Acme®, Nestlé™, Café®',
    'ESPAÑOL, ÉCOLE, GRÖSSE, STRAßE, SMØRREBRØD, PROMOÇÃO, DÉJÀ, ÞÓRÐUR',
    'áéíóú ÁÉÍÓÚ ñÑ üÜ ¿¡',
    'áéíóúñü ÁÉÍÓÚÑÜ æøå ÆØÅ åäö',
    'àâæçéèêëîïôœùûüÿ ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸ',
    '«Bonjour» »Hallo« « Oui » „Ja“ ‘yes’ l´été — Hola —dijo—',
    'McDonald’s',
    'señor',
    'Citroën',
    'œuvre',
    '–',
  ],
  'names of all of them': [
    'José, Müller, Åsa, Jérôme, João, Søren, Þór, Ñuño, Loïc, Zoë, Gonçalves, Šárka, Weiß, Æbelø, Çelik',
  ],
};

/** Other languages: the encodings that their texts come in, and a text. */
export const OTHER_TEXTS: Record<string, readonly [encodings: readonly string[], text: string]> = {
  Russian: [
    ['windows-1251', 'koi8-r', 'iso-8859-5', 'ibm866', 'x-mac-cyrillic'],
    'Уважаемый клиент, ваш заказ уже в пути. Спасибо за покупку! Скидка 50% только сегодня',
  ],
  Ukrainian: [['windows-1251', 'koi8-u'], 'Шановний клієнте, ваше замовлення вже в дорозі. Дякуємо! Київ, їжак'],
  Bulgarian: [['windows-1251'], 'Уважаеми клиенти, вашата поръчка е на път. Отстъпка само днес'],
  Serbian: [['windows-1251'], 'Поштовани, ваша поруџбина је на путу. Хвала вам! Београд'],
  Greek: [['windows-1253', 'iso-8859-7'], 'Αγαπητέ πελάτη, η παραγγελία σας είναι έτοιμη. Ευχαριστούμε πολύ!'],
  Hebrew: [['windows-1255', 'iso-8859-8'], 'לקוח יקר, ההזמנה שלך בדרך. תודה רבה! מבצע היום בלבד'],
  Arabic: [['windows-1256', 'iso-8859-6'], 'عزيزي العميل، طلبك في الطريق. شكرا لك، خصم اليوم فقط'],
  Thai: [['windows-874'], 'เรียนลูกค้า คำสั่งซื้อของคุณกำลังจัดส่ง ขอบคุณ'],
  Japanese: [['shift_jis', 'euc-jp'], 'お客様、ご注文の商品は発送されました。ありがとうございます。カタカナ'],
  Chinese: [['gbk', 'gb18030'], '尊敬的客户，您的订单已经发货。谢谢您的惠顾！'],
  'traditional Chinese': [['big5'], '親愛的客戶，您的訂單已經出貨。謝謝您的惠顧！'],
  Korean: [['euc-kr'], '고객님, 주문하신 상품이 발송되었습니다. 감사합니다.'],
  Polish: [
    ['windows-1250', 'iso-8859-2'],
    'Szanowny kliencie, twoje zamówienie jest już w drodze. Dziękujemy! Łódź, wysyłka',
  ],
  Czech: [
    ['windows-1250', 'iso-8859-2'],
    'Vážený zákazníku, vaše objednávka je již na cestě. Děkujeme! Příliš žluťoučký kůň',
  ],
  Slovak: [
    ['windows-1250', 'iso-8859-2'],
    'Vážený zákazník, vaša objednávka je už na ceste. Ďakujeme! Veľká zľava, dobrý deň',
  ],
  Hungarian: [
    ['windows-1250', 'iso-8859-2'],
    'Kedves ügyfelünk, a rendelése már úton van. Köszönjük a hűségét, jövő héten őszi vásár',
  ],
  Romanian: [
    ['windows-1250', 'iso-8859-2'],
    'Îţi mulţumim pentru cumpărături! Aşteptăm sugestiile tale în această săptămână',
  ],
  Croatian: [
    ['windows-1250', 'iso-8859-2'],
    'Poštovani kupče, vaša narudžba je na putu. Sljedeći tjedan već počinje, učitelji',
  ],
  Slovenian: [
    ['windows-1250', 'iso-8859-2'],
    'Spoštovani kupec, vaše naročilo je že na poti. Več sporočil sledi, čevlji',
  ],
  Turkish: [
    ['windows-1254', 'iso-8859-9'],
    'Sayın müşterimiz, siparişiniz yola çıktı. Teşekkür ederiz! İstanbul, doğum günü',
  ],
  Lithuanian: [
    ['windows-1257', 'iso-8859-13'],
    'Gerbiamas kliente, jūsų užsakymas jau pakeliui. Ačiū, kad perkate! Šiandien',
  ],
  Latvian: [
    ['windows-1257', 'iso-8859-13'],
    'Cienījamais klient, jūsu pasūtījums jau ir ceļā. Šodien atlaides visām precēm',
  ],
  'Russian, a word': [['windows-1251', 'koi8-r', 'ibm866'], 'Здравствуйте'],
  'Russian in capitals': [['windows-1251'], 'НОВОСТИ НЕДЕЛИ'],
  'Greek, a word': [['windows-1253'], 'Καλημέρα'],
  'Hebrew, a word': [['windows-1255'], 'שלום'],
  'Arabic, a word': [['windows-1256'], 'مرحبا'],
  'Japanese, a word': [['shift_jis', 'euc-jp'], 'ありがとう'],
  'Chinese, a word': [['gbk', 'big5'], '你好'],
  'Korean, a word': [['euc-kr'], '안녕하세요'],
  'Polish, a word': [['windows-1250'], 'Cześć'],
  'Czech, two words': [['windows-1250'], 'Příští týden'],
  'Hungarian, a word': [['windows-1250'], 'hétfő'],
  'Turkish, a name': [['windows-1254'], 'Ayşe Yılmaz'],
  'French on an old Mac': [['macintosh'], 'Chère cliente, les nouveautés de la rentrée sont déjà là, dès aujourd’hui'],
  'German on an old Mac': [['macintosh'], 'Schöne Grüße aus München, alles Gute für das nächste Jahr'],
};

/** The languages of ICU's own names, by how their text is encoded. */
export const ICU_LANGUAGES: readonly (readonly [locale: string, encoding: string])[] = [
  ...['es', 'fr', 'de', 'pt', 'it', 'nl', 'da', 'sv', 'nb', 'fi', 'is', 'fo', 'ca', 'gl', 'et', 'ga'].map(
    (locale) => [locale, 'windows-1252'] as const,
  ),
  ['ru', 'windows-1251'],
  ['ru', 'koi8-r'],
  ['uk', 'koi8-u'],
  ['bg', 'windows-1251'],
  ['el', 'windows-1253'],
  ['he', 'windows-1255'],
  ['ar', 'windows-1256'],
  ['th', 'windows-874'],
  ['ja', 'shift_jis'],
  ['ja', 'euc-jp'],
  ['zh', 'gbk'],
  ['zh-Hant', 'big5'],
  ['ko', 'euc-kr'],
  ['pl', 'windows-1250'],
  ['cs', 'iso-8859-2'],
  ['sk', 'windows-1250'],
  ['hu', 'iso-8859-2'],
  ['hr', 'windows-1250'],
  ['sl', 'iso-8859-2'],
  ['tr', 'windows-1254'],
  ['lt', 'windows-1257'],
  ['lv', 'iso-8859-13'],
];

const REGIONS =
  'DE FR ES PT IT AT CH BE NL DK SE NO FI IS EE LV LT PL CZ SK HU RO BG GR TR CY IL EG SA IR TH JP CN TW KR VN RU UA RS HR SI US MX BR AR CL ZA NG MA IN PK AU NZ';

/** Names of countries and days in a language, as ICU knows them. */
export function namesIn(locale: string): string {
  const countries = new Intl.DisplayNames([locale], { type: 'region' });
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeZone: 'UTC' });
  const days = Array.from({ length: 12 }, (_, month) => dates.format(Date.UTC(2025, month, month + 1)));
  return [...REGIONS.split(' ').map((code) => countries.of(code)), ...days].join('; ');
}

const TWO_BYTE = new Set(['shift_jis', 'euc-jp', 'gbk', 'gb18030', 'big5', 'euc-kr']);
const tables = new Map<string, Map<string, readonly number[]>>();

/** Node decodes these encodings only: the table to encode by is its decoder, turned round. */
function tableOf(encoding: string): Map<string, readonly number[]> {
  const known = tables.get(encoding);
  if (known) return known;
  const table = new Map<string, readonly number[]>();
  const add = (bytes: readonly number[]) => {
    const text = new TextDecoder(encoding).decode(Uint8Array.from(bytes));
    if ([...text].length === 1 && text !== '\ufffd' && !table.has(text)) table.set(text, bytes);
  };
  for (let byte = 0; byte < 256; byte++) add([byte]);
  if (TWO_BYTE.has(encoding)) {
    for (let lead = 0x81; lead < 0xff; lead++) for (let trail = 0x40; trail < 0xff; trail++) add([lead, trail]);
  }
  tables.set(encoding, table);
  return table;
}

/** What an encoding lacks, as people write it there. */
const SUBSTITUTES: Record<string, string> = { '’': "'", ș: 'ş', ț: 'ţ', '،': ',', '\u202f': ' ', '\u00a0': ' ' };

/** Text in any encoding of one or two bytes; a character that it lacks becomes `?`. */
export function encode(text: string, encoding: string): Buffer {
  const table = tableOf(encoding);
  const bytes = [...text].flatMap((character) => {
    const found = table.get(character) ?? table.get(SUBSTITUTES[character] ?? '');
    return found ?? ['?'.charCodeAt(0)];
  });
  return Buffer.from(bytes);
}
