import { render } from 'preact';
import '../shared/home.css';
import { load } from '../shared/load.js';
import { present } from '../shared/present.js';
import { Home } from './home.jsx';

const root = document.getElementById('app');

render(<Home />, root);
load().then(
  (answers) => render(<Home home={present(answers)} />, root),
  (error) => render(<Home failed={error.message} />, root)
);
