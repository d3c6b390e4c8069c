/**
 * The line below which Open WebUI puts what a person asked, where it puts documents above it: the last
 * line of the stack's own RAG template. What is below it is the question, whatever is in the documents.
 */
export const questionMark = "### Question of the user, in their own words to the end:";
