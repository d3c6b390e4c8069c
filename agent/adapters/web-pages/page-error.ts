/** Why a page is not available, in words that a model can use. Nothing in it comes from the page. */
export class PageError extends Error {}
