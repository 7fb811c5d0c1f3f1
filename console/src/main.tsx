import '@cloudscape-design/global-styles/index.css';
import './frame/colours.css';
import './components/components.css';
import './console.css';
import { createRoot } from 'react-dom/client';
import { App } from './frame/App.tsx';
import { applyStoredTheme } from './frame/theme.ts';

applyStoredTheme();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element #root');
createRoot(root).render(<App />);
