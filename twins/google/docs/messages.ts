/**
 * Messages of requests and answers, and their fields: what is said beside them is refused, as Google does. A field ends in `$` for a text,
 * `#` for a number, `?` for a truth, `:Message` for another message or a list of them, and in nothing for anything else.
 * From the types of @googleapis/docs 10.0.
 */
export const DOCS_MESSAGES: Readonly<Record<string, string>> = {
  BatchUpdateDocumentRequest: 'requests:Request writeControl:WriteControl',
  BatchUpdateDocumentResponse: 'documentId$ replies writeControl:WriteControl',
  Document:
    'body:Body documentId$ documentStyle:DocumentStyle footers footnotes headers inlineObjects lists ' +
    'namedRanges namedStyles:NamedStyles positionedObjects revisionId$ suggestedDocumentStyleChanges ' +
    'suggestedNamedStylesChanges suggestionsViewMode$ tabs:Tab title$',
  Request:
    'addDocumentTab createFooter createFootnote createHeader createNamedRange:CreateNamedRangeRequest ' +
    'createParagraphBullets:CreateParagraphBulletsRequest deleteContentRange:DeleteContentRangeRequest ' +
    'deleteFooter deleteHeader deleteNamedRange:DeleteNamedRangeRequest ' +
    'deleteParagraphBullets:DeleteParagraphBulletsRequest deletePositionedObject deleteTab ' +
    'deleteTableColumn:DeleteTableColumnRequest deleteTableRow:DeleteTableRowRequest insertDate ' +
    'insertInlineImage insertPageBreak:InsertPageBreakRequest insertPerson insertRichLink insertSectionBreak ' +
    'insertTable:InsertTableRequest insertTableColumn:InsertTableColumnRequest ' +
    'insertTableRow:InsertTableRowRequest insertText:InsertTextRequest mergeTableCells pinTableHeaderRows ' +
    'replaceAllText:ReplaceAllTextRequest replaceImage ' +
    'replaceNamedRangeContent:ReplaceNamedRangeContentRequest unmergeTableCells updateDocumentStyle ' +
    'updateDocumentTabProperties updateNamedStyle updateParagraphStyle:UpdateParagraphStyleRequest ' +
    'updateSectionStyle updateTableCellStyle updateTableColumnProperties updateTableRowStyle ' +
    'updateTextStyle:UpdateTextStyleRequest',
  WriteControl: 'requiredRevisionId$ targetRevisionId$',
  Body: 'content:StructuralElement',
  DocumentStyle:
    'background:Background defaultFooterId$ defaultHeaderId$ documentFormat:DocumentFormat evenPageFooterId$ ' +
    'evenPageHeaderId$ firstPageFooterId$ firstPageHeaderId$ flipPageOrientation? marginBottom:Dimension ' +
    'marginFooter:Dimension marginHeader:Dimension marginLeft:Dimension marginRight:Dimension ' +
    'marginTop:Dimension pageNumberStart# pageSize:Size useCustomHeaderFooterMargins? ' +
    'useEvenPageHeaderFooter? useFirstPageHeaderFooter?',
  NamedStyles: 'styles:NamedStyle',
  Tab: 'childTabs:Tab documentTab:DocumentTab tabProperties:TabProperties',
  CreateNamedRangeRequest: 'name$ range:Range',
  CreateParagraphBulletsRequest: 'bulletPreset$ range:Range',
  DeleteContentRangeRequest: 'range:Range',
  DeleteNamedRangeRequest: 'name$ namedRangeId$ tabsCriteria:TabsCriteria',
  DeleteParagraphBulletsRequest: 'range:Range',
  DeleteTableColumnRequest: 'tableCellLocation:TableCellLocation',
  DeleteTableRowRequest: 'tableCellLocation:TableCellLocation',
  InsertPageBreakRequest: 'endOfSegmentLocation:EndOfSegmentLocation location:Location',
  InsertTableRequest: 'columns# endOfSegmentLocation:EndOfSegmentLocation location:Location rows#',
  InsertTableColumnRequest: 'insertRight? tableCellLocation:TableCellLocation',
  InsertTableRowRequest: 'insertBelow? tableCellLocation:TableCellLocation',
  InsertTextRequest: 'endOfSegmentLocation:EndOfSegmentLocation location:Location text$',
  ReplaceAllTextRequest: 'containsText:SubstringMatchCriteria replaceText$ tabsCriteria:TabsCriteria',
  ReplaceNamedRangeContentRequest: 'namedRangeId$ namedRangeName$ tabsCriteria:TabsCriteria text$',
  UpdateParagraphStyleRequest: 'fields$ paragraphStyle:ParagraphStyle range:Range',
  UpdateTextStyleRequest: 'fields$ range:Range textStyle:TextStyle',
  StructuralElement:
    'endIndex# paragraph:Paragraph sectionBreak:SectionBreak startIndex# table:Table ' +
    'tableOfContents:TableOfContents',
  Background: 'color:OptionalColor',
  DocumentFormat: 'documentMode$',
  Dimension: 'magnitude# unit$',
  Size: 'height:Dimension width:Dimension',
  NamedStyle: 'namedStyleType$ paragraphStyle:ParagraphStyle textStyle:TextStyle',
  DocumentTab:
    'body:Body documentStyle:DocumentStyle footers footnotes headers inlineObjects lists namedRanges ' +
    'namedStyles:NamedStyles positionedObjects suggestedDocumentStyleChanges suggestedNamedStylesChanges',
  TabProperties: 'iconEmoji$ index# nestingLevel# parentTabId$ tabId$ title$',
  Range: 'endIndex# segmentId$ startIndex# tabId$',
  TabsCriteria: 'tabIds',
  TableCellLocation: 'columnIndex# rowIndex# tableStartLocation:Location',
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
  Paragraph:
    'bullet:Bullet elements:ParagraphElement paragraphStyle:ParagraphStyle positionedObjectIds ' +
    'suggestedBulletChanges suggestedParagraphStyleChanges suggestedPositionedObjectIds',
  SectionBreak: 'sectionStyle:SectionStyle suggestedDeletionIds suggestedInsertionIds',
  Table: 'columns# rows# suggestedDeletionIds suggestedInsertionIds tableRows:TableRow tableStyle:TableStyle',
  TableOfContents: 'content:StructuralElement suggestedDeletionIds suggestedInsertionIds',
  OptionalColor: 'color:Color',
  ParagraphBorder: 'color:OptionalColor dashStyle$ padding:Dimension width:Dimension',
  Shading: 'backgroundColor:OptionalColor',
  TabStop: 'alignment$ offset:Dimension',
  Link: 'bookmark:BookmarkLink bookmarkId$ heading:HeadingLink headingId$ tabId$ url$',
  WeightedFontFamily: 'fontFamily$ weight#',
  Bullet: 'listId$ nestingLevel# textStyle:TextStyle',
  ParagraphElement:
    'autoText columnBreak dateElement endIndex# equation footnoteReference horizontalRule inlineObjectElement ' +
    'pageBreak:PageBreak person richLink startIndex# textRun:TextRun',
  SectionStyle:
    'columnProperties:SectionColumnProperties columnSeparatorStyle$ contentDirection$ defaultFooterId$ ' +
    'defaultHeaderId$ evenPageFooterId$ evenPageHeaderId$ firstPageFooterId$ firstPageHeaderId$ ' +
    'flipPageOrientation? marginBottom:Dimension marginFooter:Dimension marginHeader:Dimension ' +
    'marginLeft:Dimension marginRight:Dimension marginTop:Dimension pageNumberStart# sectionType$ ' +
    'useFirstPageHeaderFooter?',
  TableRow:
    'endIndex# startIndex# suggestedDeletionIds suggestedInsertionIds suggestedTableRowStyleChanges ' +
    'tableCells:TableCell tableRowStyle:TableRowStyle',
  TableStyle: 'tableColumnProperties:TableColumnProperties',
  Color: 'rgbColor:RgbColor',
  BookmarkLink: 'id$ tabId$',
  HeadingLink: 'id$ tabId$',
  PageBreak: 'suggestedDeletionIds suggestedInsertionIds suggestedTextStyleChanges textStyle:TextStyle',
  TextRun: 'content$ suggestedDeletionIds suggestedInsertionIds suggestedTextStyleChanges textStyle:TextStyle',
  SectionColumnProperties: 'paddingEnd:Dimension width:Dimension',
  TableCell:
    'content:StructuralElement endIndex# startIndex# suggestedDeletionIds suggestedInsertionIds ' +
    'suggestedTableCellStyleChanges tableCellStyle:TableCellStyle',
  TableRowStyle: 'minRowHeight:Dimension preventOverflow? tableHeader?',
  TableColumnProperties: 'width:Dimension widthType$',
  RgbColor: 'blue# green# red#',
  TableCellStyle:
    'backgroundColor:OptionalColor borderBottom:TableCellBorder borderLeft:TableCellBorder ' +
    'borderRight:TableCellBorder borderTop:TableCellBorder columnSpan# contentAlignment$ ' +
    'paddingBottom:Dimension paddingLeft:Dimension paddingRight:Dimension paddingTop:Dimension rowSpan#',
  TableCellBorder: 'color:OptionalColor dashStyle$ width:Dimension',
}
