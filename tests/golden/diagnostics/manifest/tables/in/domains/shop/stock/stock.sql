select article_id from raw
