import { readAll } from './support.ts';

const FILE = 'email;name\nana@example.com;Ana\nbob@example.com;\n';
const TEMPLATES = { subject: 'Hola {{name}}', content: 'Para {{ NAME }}, {{email}}' };

describe('templates for all rows', () => {
  it('are filled in with the columns of each row, and the file needs neither column', async () => {
    const { rows, skippedRows } = await readAll(FILE, { templates: TEMPLATES });

    expect(rows).toEqual([
      { row: 1, email: 'ana@example.com', subject: 'Hola Ana', content: 'Para Ana, ana@example.com' },
    ]);
    expect(skippedRows).toMatchObject([{ row: 2, code: 'variable_missing' }]);
  });

  it('may stand in for one column alone', async () => {
    const { rows } = await readAll('email,subject\na@example.com,Hola\n', { templates: { content: 'Hi' } });

    expect(rows).toMatchObject([{ subject: 'Hola', content: 'Hi' }]);
    await expect(readAll('email\na@example.com\n', { templates: { content: 'Hi' } })).rejects.toThrow(
      'The header lacks the column "subject". It must name email and subject',
    );
  });

  it('win over a column of that name, which is a variable then, with a warning', async () => {
    const { rows, warnings } = await readAll('email,subject\na@example.com,blue\n', {
      templates: { subject: 'In {{subject}}', content: 'Hi' },
    });

    expect(rows).toMatchObject([{ subject: 'In blue' }]);
    expect(warnings).toEqual(['The column "subject" is not used: the field subject is the template of all rows.']);
  });

  it('escape what they fill into HTML', async () => {
    const { rows } = await readAll('email,name\na@example.com,<b>\n', {
      format: 'html',
      templates: { subject: '{{name}}', content: '<p>{{name}}</p>' },
    });

    expect(rows).toMatchObject([{ subject: '<b>', content: '<p>&lt;b&gt;</p>' }]);
  });

  it('name the columns that there are where a tag names none', async () => {
    await expect(readAll(FILE, { templates: { ...TEMPLATES, subject: 'Hola {{nmae}}' } })).rejects.toThrow(
      'The file has no column for {{nmae}}: it has email, name.',
    );
  });
});
