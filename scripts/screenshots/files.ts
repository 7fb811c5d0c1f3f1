const PEOPLE = ['Lucía', 'Mateo', 'Emma', 'Valentina', 'Oliver', 'Sofía', 'Noah', 'Martina', 'Liam', 'Camila'];
const FAMILIES = ['fernandez', 'rojas', 'wilson', 'gomez', 'brown', 'castro', 'miller', 'silva', 'jones', 'vega'];

/** Of every so many rows the fifth has an address that the simulator refuses. */
const REFUSED_EVERY = 37;
const REFUSED = 4;

/** A file of `rows` greetings, always the same. Some of its addresses are refused when they are sent. */
export function greetings(rows: number, subject: string): string {
  const lines = Array.from({ length: rows }, (_, index) => {
    const name = PEOPLE[index % PEOPLE.length] ?? '';
    const family = FAMILIES[Math.floor(index / PEOPLE.length) % FAMILIES.length] ?? '';
    const ascii = name.normalize('NFD').replace(/\P{ASCII}/gu, '');
    const local = `${ascii}.${family}${Math.floor(index / 100) || ''}`.toLowerCase();
    const email = index % REFUSED_EVERY === REFUSED ? `reject-${local}@simulator.pregon.test` : `${local}@example.com`;
    return `${email},"${subject}","Hello {{name}}, thank you for being with us.",${name}`;
  });
  return `email,subject,content,name\n${lines.join('\n')}\n`;
}

/** A file whose author has made mistakes: a tag that is no column, and an address that is none. */
export const WITH_MISTAKES = `email,subject,content,name
lucia@example.com,"Your order, {{name}}","Hello {{nmae}}, your order is on its way.",Lucía
mateo@example.com,"Your order, {{name}}","Hello {{name}}, your order is on its way.",Mateo
emma(at)example.com,"Your order, {{name}}","Hello {{name}}, your order is on its way.",Emma
valentina@example.com,"Your order, {{name}}","Hello {{name}}, your order is on its way.",Valentina
oliver@example.com,"Your order, {{name}}","Hello {{name}}, your order is on its way.",Oliver
`;
