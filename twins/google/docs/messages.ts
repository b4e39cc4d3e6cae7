/**
 * Messages that the twin reads, and their fields: what is said beside them is refused, as Google does. A field ends in `$` for a text,
 * `#` for a number, `?` for a truth, `:Message` for another message or a list of them, and in nothing for anything else.
 * From the types of @googleapis/docs 10.0.
 */
export const DOCS_MESSAGES: Readonly<Record<string, string>> = {
  BatchUpdateDocumentRequest: 'requests:Request writeControl:WriteControl',
  Request:
    'addDocumentTab createFooter createFootnote createHeader createNamedRange:CreateNamedRangeRequest ' +
    'createParagraphBullets:CreateParagraphBulletsRequest deleteContentRange:DeleteContentRangeRequest ' +
    'deleteFooter deleteHeader deleteNamedRange:DeleteNamedRangeRequest ' +
    'deleteParagraphBullets:DeleteParagraphBulletsRequest deletePositionedObject deleteTab deleteTableColumn ' +
    'deleteTableRow insertDate insertInlineImage insertPageBreak:InsertPageBreakRequest insertPerson ' +
    'insertRichLink insertSectionBreak insertTable insertTableColumn insertTableRow ' +
    'insertText:InsertTextRequest mergeTableCells pinTableHeaderRows replaceAllText:ReplaceAllTextRequest ' +
    'replaceImage replaceNamedRangeContent:ReplaceNamedRangeContentRequest unmergeTableCells ' +
    'updateDocumentStyle updateDocumentTabProperties updateNamedStyle ' +
    'updateParagraphStyle:UpdateParagraphStyleRequest updateSectionStyle updateTableCellStyle ' +
    'updateTableColumnProperties updateTableRowStyle updateTextStyle:UpdateTextStyleRequest',
  WriteControl: 'requiredRevisionId$ targetRevisionId$',
  CreateNamedRangeRequest: 'name$ range:Range',
  CreateParagraphBulletsRequest: 'bulletPreset$ range:Range',
  DeleteContentRangeRequest: 'range:Range',
  DeleteNamedRangeRequest: 'name$ namedRangeId$ tabsCriteria:TabsCriteria',
  DeleteParagraphBulletsRequest: 'range:Range',
  InsertPageBreakRequest: 'endOfSegmentLocation:EndOfSegmentLocation location:Location',
  InsertTextRequest: 'endOfSegmentLocation:EndOfSegmentLocation location:Location text$',
  ReplaceAllTextRequest: 'containsText:SubstringMatchCriteria replaceText$ tabsCriteria:TabsCriteria',
  ReplaceNamedRangeContentRequest: 'namedRangeId$ namedRangeName$ tabsCriteria:TabsCriteria text$',
  UpdateParagraphStyleRequest: 'fields$ paragraphStyle:ParagraphStyle range:Range',
  UpdateTextStyleRequest: 'fields$ range:Range textStyle:TextStyle',
  Range: 'endIndex# segmentId$ startIndex# tabId$',
  TabsCriteria: 'tabIds',
  EndOfSegmentLocation: 'segmentId$ tabId$',
  Location: 'index# segmentId$ tabId$',
  SubstringMatchCriteria: 'matchCase? searchByRegex? text$',
  ParagraphStyle:
    'alignment$ avoidWidowAndOrphan? borderBetween:ParagraphBorder borderBottom:ParagraphBorder ' +
    'borderLeft:ParagraphBorder borderRight:ParagraphBorder borderTop:ParagraphBorder direction$ headingId$ ' +
    'indentEnd:Dimension indentFirstLine:Dimension indentStart:Dimension keepLinesTogether? keepWithNext? ' +
    'lineSpacing# namedStyleType$ pageBreakBefore? shading:Shading spaceAbove:Dimension spaceBelow:Dimension ' +
    'spacingMode$ tabStops:TabStop',
  TextStyle:
    'backgroundColor:OptionalColor baselineOffset$ bold? fontSize:Dimension foregroundColor:OptionalColor ' +
    'italic? link:Link smallCaps? strikethrough? underline? weightedFontFamily:WeightedFontFamily',
  ParagraphBorder: 'color:OptionalColor dashStyle$ padding:Dimension width:Dimension',
  Dimension: 'magnitude# unit$',
  Shading: 'backgroundColor:OptionalColor',
  TabStop: 'alignment$ offset:Dimension',
  OptionalColor: 'color:Color',
  Link: 'bookmark:BookmarkLink bookmarkId$ heading:HeadingLink headingId$ tabId$ url$',
  WeightedFontFamily: 'fontFamily$ weight#',
  Color: 'rgbColor:RgbColor',
  BookmarkLink: 'id$ tabId$',
  HeadingLink: 'id$ tabId$',
  RgbColor: 'blue# green# red#',
}
