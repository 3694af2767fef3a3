#![allow(missing_docs)]
use std::collections::{BTreeMap, HashMap}; use std::path::Path; use std::sync::{Arc, Mutex}; use serde_json::Value; use serde::Serialize;
#[derive(Clone)] pub struct Contract(Arc<Inner>);
struct Inner { doc: Value, ops: Vec<Operation>, registry: jsonschema::Registry<'static>, cache: Mutex<HashMap<String, Arc<jsonschema::Validator>>> }
impl std::fmt::Debug for Contract { fn fmt(&self,f:&mut std::fmt::Formatter<'_>)->std::fmt::Result{f.write_str("Contract")} }
#[derive(Debug,thiserror::Error)] #[error("{0}")] pub struct LoadError(String);
#[derive(Debug,Clone)] pub struct Operation { pub id:String, pub method:String, pub path:String, pointer:String }
impl Operation { pub fn pointer(&self)->&str{&self.pointer} }
#[derive(Debug)] pub enum Find<'a> { Operation(&'a Operation, BTreeMap<String,String>), MethodNotAllowed(Vec<&'a str>), NotFound }
pub struct Request<'a> { pub method:&'a str, pub path:&'a str, pub query: Option<&'a str>, pub headers:&'a http::HeaderMap, pub body:&'a [u8] }
pub struct Response<'a> { pub status:u16, pub headers:&'a http::HeaderMap, pub body:&'a [u8] }
#[derive(Debug,Clone,Serialize,PartialEq)] pub struct Violation { pub kind: ViolationKind, pub place: Place, pub message: String }
impl std::fmt::Display for Violation { fn fmt(&self,f:&mut std::fmt::Formatter<'_>)->std::fmt::Result{write!(f,"{:?} {}",self.place,self.message)} }
#[derive(Debug,Clone,Serialize,PartialEq)] #[non_exhaustive] pub enum ViolationKind { InvalidBody, Other }
#[derive(Debug,Clone,Serialize,PartialEq)] pub enum Place { Body{pointer:String}, PathParameter{name:String}, Query{name:String}, Header{name:String}, Status, MediaType }
pub struct ExampleResponse { pub status:u16, pub headers: Vec<(String,String)>, pub media_type: Option<String>, pub body: Option<Value> }
fn v(kind:ViolationKind, place:Place, message:String)->Violation{Violation{kind,place,message}}
fn esc(s:&str)->String{s.replace('~',"~0").replace('/',"~1")}
impl Contract {
 pub fn from_path(p:impl AsRef<Path>)->Result<Contract,LoadError>{ let p=p.as_ref(); Self::from_text(&std::fs::read_to_string(p).map_err(|e|LoadError(format!("{}: {e}",p.display())))?) }
 pub fn from_text(t:&str)->Result<Contract,LoadError>{ let doc:Value=serde_saphyr::from_str(t).map_err(|e|LoadError(e.to_string()))?; let mut ops=vec![];
  for (path,item) in doc["paths"].as_object().unwrap(){ for (m,o) in item.as_object().unwrap(){ if let Some(id)=o["operationId"].as_str(){ ops.push(Operation{id:id.into(),method:m.to_uppercase(),path:path.clone(),pointer:format!("/paths/{}/{m}",esc(path))}); } } }
  let registry=jsonschema::Registry::new().add("urn:c",doc.clone()).map_err(|e|LoadError(e.to_string()))?.prepare().map_err(|e|LoadError(e.to_string()))?;
  Ok(Contract(Arc::new(Inner{doc,ops,registry,cache:Default::default()}))) }
 pub fn document(&self)->&Value{&self.0.doc} pub fn operations(&self)->&[Operation]{&self.0.ops} pub fn operation(&self,id:&str)->Option<&Operation>{self.0.ops.iter().find(|o|o.id==id)}
 pub fn resolve<'a>(&'a self,n:&'a Value)->&'a Value{ match n["$ref"].as_str(){Some(r)=>self.resolve(self.0.doc.pointer(&r[1..]).unwrap()),None=>n} }
 fn rp(&self,p:&str)->String{ let n=self.0.doc.pointer(p).unwrap(); match n["$ref"].as_str(){Some(r)=>self.rp(&r[1..].to_string()),None=>p.to_string()} }
 pub fn events(&self)->impl Iterator<Item=&str>{ self.0.doc["webhooks"].as_object().into_iter().flat_map(|m|m.keys().map(String::as_str)) }
 pub fn find(&self,m:&str,path:&str)->Find<'_>{ let segs:Vec<&str>=path.split('/').collect(); let mut allowed=vec![]; 
  let mut best:Option<(&Operation,BTreeMap<String,String>)>=None;
  for o in &self.0.ops{ let t:Vec<&str>=o.path.split('/').collect(); if t.len()!=segs.len(){continue} let mut ps=BTreeMap::new(); let ok=t.iter().zip(&segs).all(|(a,b)|{ if a.starts_with('{'){ if b.is_empty(){return false} ps.insert(a[1..a.len()-1].to_string(),percent_encoding::percent_decode_str(b).decode_utf8_lossy().into_owned()); true } else {a==b}}); if ok { allowed.push(o.method.as_str()); if o.method==m && best.as_ref().is_none_or(|(_,x)|x.len()>ps.len()){best=Some((o,ps));} } }
  match best{Some((o,p))=>Find::Operation(o,p),None if allowed.is_empty()=>Find::NotFound,None=>Find::MethodNotAllowed(allowed)} }
 fn validator(&self,p:&str)->Arc<jsonschema::Validator>{ let mut c=self.0.cache.lock().unwrap(); c.entry(p.to_string()).or_insert_with(||{ let frag=percent_encoding::utf8_percent_encode(p,{const S:&percent_encoding::AsciiSet=&percent_encoding::NON_ALPHANUMERIC.remove(b'/').remove(b'~');S}).to_string(); let s=serde_json::json!({"$ref":format!("urn:c#{frag}")}); Arc::new(jsonschema::options().with_draft(jsonschema::Draft::Draft202012).with_registry(&self.0.registry).should_validate_formats(true).build(&s).unwrap()) }).clone() }
 pub fn check_schema(&self,p:&str,x:&Value)->Vec<(String,String)>{ self.validator(p).iter_errors(x).map(|e|(e.instance_path().to_string(),e.to_string())).collect() }
 fn scalar(&self,sp:&str,s:&str)->Value{ let sp=self.rp(sp); let t=&self.0.doc.pointer(&sp).unwrap()["type"]; if t=="integer"{ if let Ok(i)=s.parse::<i64>(){ if i.to_string()==s {return i.into()} } } if t=="boolean"{ if s=="true"{return true.into()} if s=="false"{return false.into()} } s.into() }
 pub fn check_request(&self,r:&Request<'_>)->Vec<Violation>{ let Find::Operation(o,ps)=self.find(r.method,r.path) else{return vec![]}; let mut out=vec![]; let n=self.0.doc.pointer(&o.pointer).unwrap(); let mut q:BTreeMap<String,Vec<String>>=BTreeMap::new();
  for kv in r.query.unwrap_or("").split('&').filter(|s|!s.is_empty()){ let(k,x)=kv.split_once('=').unwrap_or((kv,"")); let d=|s:&str|{let s=s.replace('+'," ");percent_encoding::percent_decode_str(&s).decode_utf8().map(|s|s.into_owned()).ok()}; match(d(k),d(x)){(Some(k),Some(x))=>q.entry(k).or_default().push(x),_=>out.push(v(ViolationKind::Other,Place::Query{name:k.into()},"bad encoding".into()))} }
  for (i,_) in n["parameters"].as_array().into_iter().flatten().enumerate(){ let pp=self.rp(&format!("{}/parameters/{i}",o.pointer)); let p=self.0.doc.pointer(&pp).unwrap(); let name=p["name"].as_str().unwrap(); let sp=format!("{pp}/schema");
   let (vals,place)=match p["in"].as_str().unwrap(){"path"=>(ps.get(name).cloned().into_iter().collect(),Place::PathParameter{name:name.into()}),"query"=>(q.remove(name).unwrap_or_default(),Place::Query{name:name.into()}),_=>(r.headers.get_all(name).iter().map(|h|h.to_str().map(String::from).unwrap_or("\u{0}bad".into())).collect::<Vec<_>>(),Place::Header{name:name.into()})};
   if vals.len()>1{out.push(v(ViolationKind::Other,place.clone(),format!("`{name}` is repeated")))} for x in vals{ let x=self.scalar(&sp,&x); for(_,m)in self.check_schema(&sp,&x){out.push(v(ViolationKind::Other,place.clone(),format!("`{name}`: {m}")))} } }
  for k in q.keys(){out.push(v(ViolationKind::Other,Place::Query{name:k.clone()},format!("unknown query parameter `{k}`")))}
  let rb=&n["requestBody"]; if rb.is_object(){ if r.body.is_empty(){ if rb["required"]==true{out.push(v(ViolationKind::Other,Place::MediaType,"a body is needed".into()))} } else { let ct=r.headers.get("content-type").and_then(|h|h.to_str().ok()).unwrap_or("").split(';').next().unwrap().trim().to_lowercase(); if ct!="application/json"{out.push(v(ViolationKind::Other,Place::MediaType,"send application/json".into()))} else { match serde_json::from_slice::<Value>(r.body){Err(e)=>out.push(v(ViolationKind::Other,Place::Body{pointer:String::new()},e.to_string())),Ok(x)=>for(p,m)in self.check_schema(&format!("{}/requestBody/content/application~1json/schema",o.pointer),&x){out.push(v(ViolationKind::InvalidBody,Place::Body{pointer:p},m))}} } } }
  out }
 pub fn check_response(&self,o:&Operation,r:&Response<'_>)->Vec<Violation>{ let mut out=vec![]; let p=format!("{}/responses/{}",o.pointer,r.status); if self.0.doc.pointer(&p).is_none(){return vec![v(ViolationKind::Other,Place::Status,format!("{} undocumented",r.status))]} let p=self.rp(&p); let n=self.0.doc.pointer(&p).unwrap();
  for (h,_) in n["headers"].as_object().into_iter().flatten(){ let hp=self.rp(&format!("{p}/headers/{}",esc(h))); let hn=self.0.doc.pointer(&hp).unwrap(); match r.headers.get(h){None if hn["required"]==true=>out.push(v(ViolationKind::Other,Place::Header{name:h.clone()},"missing".into())),None=>{},Some(x)=>{let sp=format!("{hp}/schema"); let x=self.scalar(&sp,x.to_str().unwrap_or("")); for(_,m)in self.check_schema(&sp,&x){out.push(v(ViolationKind::Other,Place::Header{name:h.clone()},m))}}} }
  match n["content"].as_object(){None=>if !r.body.is_empty(){out.push(v(ViolationKind::Other,Place::MediaType,"body".into()))},Some(c)=>{ let ct=r.headers.get("content-type").and_then(|h|h.to_str().ok()).unwrap_or("").split(';').next().unwrap().to_string(); if !c.contains_key(&ct){out.push(v(ViolationKind::Other,Place::MediaType,ct))} else {match serde_json::from_slice::<Value>(r.body){Err(e)=>out.push(v(ViolationKind::Other,Place::Body{pointer:String::new()},e.to_string())),Ok(x)=>for(pt,m)in self.check_schema(&format!("{p}/content/{}/schema",esc(&ct)),&x){out.push(v(ViolationKind::InvalidBody,Place::Body{pointer:pt},m))}}} }}
  out }
 pub fn check_event(&self,e:&str,b:&[u8])->Vec<Violation>{ let x:Value=serde_json::from_slice(b).unwrap(); self.check_schema(&format!("/webhooks/{e}/post/requestBody/content/application~1json/schema"),&x).into_iter().map(|(p,m)|v(ViolationKind::InvalidBody,Place::Body{pointer:p},m)).collect() }
 pub fn example_response(&self,o:&Operation,s:u16)->ExampleResponse{ let p=self.rp(&format!("{}/responses/{s}",o.pointer)); let c=&self.0.doc.pointer(&p).unwrap()["content"]["application/json"]; ExampleResponse{status:s,headers:vec![],media_type:Some("application/json".into()),body:Some(c["example"].clone())} }
 pub fn default_status(&self,_:&Operation)->u16{200} }
