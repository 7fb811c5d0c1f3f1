/** One row in 97 is rejected, and one in 53 is accepted at its third try. */
const EVERY = { rejected: 97, flaky: 53 };

const addressOf = (row: number): string => {
  if (row % EVERY.rejected === 0) return `reject-${row}@simulator.pregon.test`;
  if (row % EVERY.flaky === 0) return `flaky2-${row}@simulator.pregon.test`;
  return `row${row}@chaos.example.com`;
};

/** Whether the simulator rejects the address. */
export const isRejected = (email: string): boolean => email.startsWith('reject-');

/** The file of a campaign. Another seed gives another file, and so another campaign. */
export function chaosCsv(rows: number, seed: number): string {
  const lines = Array.from({ length: rows }, (_, n) => `${addressOf(n + 1)},Row ${n + 1},Seed ${seed} row ${n + 1}\n`);
  return `email,subject,content\n${lines.join('')}`;
}
