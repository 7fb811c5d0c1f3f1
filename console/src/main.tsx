import '@cloudscape-design/global-styles/index.css';
import './frame/colours.css';
import './components/components.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { applyStoredTheme } from './frame/theme.ts';
import { loadTexts } from './i18n/load.ts';

applyStoredTheme();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root');
// Modules read their texts when they are loaded, so the texts come first.
await loadTexts();
const { App } = await import('./frame/App.tsx');
createRoot(root).render(<App />);
